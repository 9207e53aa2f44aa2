package store

import (
	"strings"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestChunksReachRecordsByKeyOnPostgreSQL holds the planner to the primary
// key, on a table that has just been filled and one that has been analysed.
func TestChunksReachRecordsByKeyOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	ranged, listed := chunkStatements(t, s, "ANY(")
	if len(ranged) < 5 || len(listed) < 3 {
		t.Fatalf("not four reads and two updates over ranges, and two reads and an update by list: %q %q", ranged, listed)
	}
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	server.Do(t, name, `INSERT INTO c_desk (rid, workspace, id, version, created_at, updated_at, "f_organization")
		SELECT n, 1, n, 1, 0, 0, 'Acme' FROM generate_series(1000, 60000) AS n`)
	for _, known := range []bool{false, true} {
		if known {
			server.Do(t, name, "ANALYZE c_desk")
		}
		for _, st := range append(ranged, listed...) {
			plan := explainPostgres(t, s, st)
			if !strings.Contains(plan, "Index Scan using c_desk_pkey") || strings.Contains(plan, "c_desk_i") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("analysed: %v. The plan is\n%s\nof %s", known, plan, st.text)
			}
		}
	}
}

// TestAnImportFindsRecordsByKeyOnPostgreSQL updates a customer by an import:
// each line must not walk the table.
func TestAnImportFindsRecordsByKeyOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	desk, ws := fillWithAcme(t, s)
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	server.Do(t, name, `INSERT INTO c_desk (rid, workspace, id, version, created_at, updated_at) SELECT n, 1, n, 1, 0, 0 FROM generate_series(1000, 60000) AS n`)
	server.Do(t, name, "ANALYZE c_desk")
	seen := map[string]statement{}
	s.write = recorder{s.write, seen}
	d, faults := desk.CheckDraft([]byte(`{"id": 2000, "jobTitle": "Lead"}`), model.Import)
	if faults != nil {
		t.Fatal(faults)
	}
	report, err := s.Import(t.Context(), ws, desk, []model.Draft{d}, []int64{1})
	if err != nil || report.Updated != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	updates := 0
	for text, st := range seen {
		if strings.HasPrefix(text, "UPDATE c_desk") {
			updates++
			if plan := explainPostgres(t, s, st); !strings.Contains(plan, "Index Scan using c_desk_pkey") || !strings.Contains(plan, "Index Cond: ((workspace = '1'::bigint) AND (rid = '2000'::bigint))") {
				t.Errorf("the plan is\n%s\nof %s", plan, st.text)
			}
		}
	}
	if updates != 1 {
		t.Errorf("%d updates of customers were seen", updates)
	}
}

func explainPostgres(t *testing.T, s *Store, st statement) string {
	t.Helper()
	var plan []string
	must(t, s.read.Select(&plan, "EXPLAIN "+st.text, st.args...))
	return strings.Join(plan, "\n")
}
