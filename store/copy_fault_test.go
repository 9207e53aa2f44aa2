package store_test

import (
	"database/sql"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// TestACopyThatBreaksOffLeavesNothing fails a copy at many of its statements:
// either all statements from there on fail, as in a crash, or one, as with a
// bad disk. The destination must be as empty as before, so that a second copy
// fills it, or complete if only the answer to the COMMIT was lost.
func TestACopyThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	address := "sqlite://" + filepath.Join(t.TempDir(), "source.db")
	source := newInstallation(t, address)
	want := dump(t, address, nil)
	t.Run("into SQLite", func(t *testing.T) {
		breakEach(t, source.Store, 30, nil, want, func(f *faults) place {
			p := place{address: sqliteWithTables(t), fault: sqlite3.Error{Code: sqlite3.ErrIoErr}}
			f.err = p.fault
			sql.Register(p.address, faultySQLite{f})
			return p
		})
	})
	t.Run("into PostgreSQL", func(t *testing.T) {
		json := jsonColumns(t, postgresWithTables(t))
		breakEach(t, source.Store, 18, json, dump(t, address, json), func(f *faults) place {
			p := place{address: postgresWithTables(t), fault: &pgconn.PgError{Code: "58030", Message: "could not write block"}}
			f.err = p.fault
			sql.Register(p.address, faultyPostgres{f})
			return p
		})
	})
	sameRows(t, "the source", dump(t, address, nil), want)
}

// breakEach fails a copy at every stride-th statement. at returns a destination
// with empty tables, whose driver fails there.
func breakEach(t *testing.T, source *store.Store, stride int, json map[string]bool, whole map[string][]string, at func(f *faults) place) {
	t.Helper()
	same := func(a, b map[string][]string) bool {
		return maps.EqualFunc(a, b, func(a, b []string) bool { return slices.Equal(a, b) })
	}
	for n := 1; ; n += stride {
		f := &faults{failOn: n, crash: n/stride%2 == 0}
		p := at(f)
		empty := dump(t, p.address, json)
		to, err := store.OpenWith(t.Context(), p.address, p.address, store.Options{Models: storetest.Models(t)})
		fatal(t, err)
		f.set(true)
		_, err = source.CopyTo(t.Context(), to, func(int64, int64) {})
		f.set(false)
		to.Close() // its errors do not matter any more
		got := dump(t, p.address, json)
		switch {
		case !f.tripped:
			fatal(t, err)
			t.Logf("broken off at %d of %d statements", n/stride, n)
			return
		case err == nil:
			t.Fatalf("a fault at call %d went unnoticed", n)
		}
		_, again := copyTo(t, source, p.address)
		switch {
		case same(got, empty) && again == nil:
		case same(got, whole) && errors.Is(again, store.ErrSame): // the answer to the COMMIT was lost
		default:
			t.Fatalf("after a fault at call %d a second copy ended with %v", n, again)
		}
		if !same(dump(t, p.address, json), whole) {
			t.Fatalf("after a fault at call %d the second copy is not whole", n)
		}
	}
}

// TestACopyKeepsOthersFromWriting tries to write to both databases during a
// copy.
func TestACopyKeepsOthersFromWriting(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		from, to := empty(t), empty(t)
		source := newInstallation(t, from)
		makeTables(t, to)
		dest := opened(t, to, store.Options{Models: storetest.Models(t)})
		tried := false
		_, err := source.CopyTo(t.Context(), dest, func(int64, int64) {
			if tried {
				return
			}
			tried = true
			for name, address := range map[string]string{"source": from, "destination": to} {
				if err := intrude(t, address); err == nil {
					t.Errorf("another process could write to the %s", name)
				}
			}
		})
		fatal(t, err)
		if !tried {
			t.Error("no progress was told")
		}
		fatal(t, intrude(t, from))
		fatal(t, intrude(t, to))
	})
}

// intrude writes to a database as a process that was not stopped would, but
// waits less long for a lock.
func intrude(t *testing.T, address string) error {
	t.Helper()
	driver, name := "pgx", address+"&lock_timeout=50"
	if path, ok := strings.CutPrefix(address, "sqlite://"); ok {
		driver, name = "sqlite3", "file:"+path+"?_busy_timeout=0"
	}
	db, err := sql.Open(driver, name)
	fatal(t, err)
	defer db.Close()
	_, err = db.Exec(`UPDATE jobs SET revision = revision`)
	return err
}
