package store

import (
	"context"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/sqldb"
)

// A quicker is a writer that calls other before its next transaction, as if
// another process had been quicker.
type quicker struct {
	sqldb.Writer
	other *func()
}

func (q quicker) Do(ctx context.Context, n sqldb.Size, fn func(*sqldb.Tx) error) (*sqldb.Tx, error) {
	if act := *q.other; act != nil {
		*q.other = nil
		act()
	}
	return q.Writer.Do(ctx, n, fn)
}

// TestNobodyWaitsForALookAtAllRecords creates a record unless one has its name,
// a field without an index. All records are searched outside the write
// transaction, and inside only those created in between.
func TestNobodyWaitsForALookAtAllRecords(t *testing.T) {
	for name, address := range map[string]string{"SQLite": "", "PostgreSQL": pgtest.Database(t)} {
		t.Run(name, func(t *testing.T) {
			s, _ := openTemp(t)
			if address != "" {
				must(t, s.Close())
				var err error
				s, err = Open(t.Context(), address, Options{Models: model.Shipped()})
				must(t, err)
			}
			defer s.Close()
			desk, ws := fillWithAcme(t, s)
			plain, seen := s.db.Writer, map[string]statement{}
			var other func()
			s.db.Writer = quicker{recorder{s.db.Writer, seen}, &other}

			if _, existed := unlessNamed(t, s, desk, ws, "Nobody"); existed || len(looks(seen)) > 0 {
				t.Errorf("existed: %v, and the transaction looked at records: %v", existed, looks(seen))
			}
			other = func() {
				s.db.Writer = plain
				unlessNamed(t, s, desk, ws, "Quick")
				s.db.Writer = quicker{recorder{plain, seen}, &other}
			}
			clear(seen)
			r, existed := unlessNamed(t, s, desk, ws, "Quick")
			ran := looks(seen)
			if !existed || len(ran) != 1 {
				t.Fatalf("existed: %v, and the transaction ran %v", existed, ran)
			}
			if args := ran[0].args; args[0] != r.RID || args[1] != r.RID+1 {
				t.Errorf("the transaction looked at the records from %v to %v, and %d was new", args[0], args[1], r.RID)
			}
		})
	}
}

func unlessNamed(t *testing.T, s *Store, m *model.Model, ws auth.Workspace, name string) (model.Record, bool) {
	t.Helper()
	d, faults := m.CheckDraft([]byte(`{"firstName": "`+name+`"}`), model.Create)
	f, more := filter.New([]byte(`{"firstName": "`+name+`"}`), m, filter.Native)
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	r, existed, err := s.CreateRecord(t.Context(), auth.Caller{Workspace: ws}, m, d, f)
	must(t, err)
	return r, existed
}

// looks returns the statements that compare customers with a name.
func looks(seen map[string]statement) (list []statement) {
	for text, s := range seen {
		if _, where, _ := strings.Cut(text, " WHERE "); strings.HasPrefix(text, "SELECT") && strings.Contains(where, "firstName") {
			list = append(list, s)
		}
	}
	return list
}
