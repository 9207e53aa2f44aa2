package store_test

import (
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"bulkpatch/job"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// TestAFaultInAnUploadLeavesNothing fails each statement of an upload of several
// transactions: once, as on a disk that is full, and from then on, as when the process
// dies. Nobody sees a part of the file, and what was written is purged.
func TestAFaultInAnUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	sqlite := func(t *testing.T) place {
		return place{sqliteWithTables(t), sqlite3.Error{Code: sqlite3.ErrFull}, func(f *faults) driver.Driver { return faultySQLite{f} }}
	}
	postgres := func(t *testing.T) place {
		return place{postgresWithTables(t), &pgconn.PgError{Code: "53100", Message: "could not extend file"}, func(f *faults) driver.Driver { return faultyPostgres{f} }}
	}
	for name, crash := range map[string]bool{"the disk is full once": false, "the process dies": true} {
		t.Run("SQLite, "+name, func(t *testing.T) {
			t.Parallel()
			failUploads(t, sqlite, 1, crash)
		})
		t.Run("PostgreSQL, "+name, func(t *testing.T) {
			t.Parallel()
			failUploads(t, postgres, 3, crash)
		})
	}
}

// failUploads uploads to one database again and again, with another statement failing
// each time, each stride-th one.
func failUploads(t *testing.T, at func(*testing.T) place, stride int, crash bool) {
	t.Helper()
	s := newScenario(t, at(t), &faults{crash: crash})
	open := func(tb testing.TB, o store.Options) *store.Store {
		db := s.open(tb, o)
		db.UseClock(o.Now)
		db.LimitFiles(1000, job.MaxFilesBytes)
		return db
	}
	s.Store.Close()
	s.Reopen(open)
	visible := int64(0)
	for n := 1; ; n += stride {
		s.faults.fail(n)
		_, err := saveRows(t, s.Kit, storetest.FileRows(600))
		s.faults.set(false)
		tripped := s.faults.tripped
		if crash && tripped {
			s.Store.Close() // its error is that of the dead process
			s.Reopen(open)
		}
		page, listErr := s.Files(t.Context(), s.WS, "people", 100, "")
		fatal(t, listErr)
		left := int64(len(page.Items)) - visible
		visible = int64(len(page.Items))
		switch {
		case err != nil && !crash && !errors.Is(err, job.ErrStorageFull):
			t.Fatalf("a full disk at call %d is answered %v", n, err)
		case err == nil && left != 1, left < 0, left > 1:
			t.Fatalf("an upload with a fault at call %d, answered %v, left %d files", n, err, left)
		}
		if left == 1 && !there(t, s.Kit, page.Items[0]) {
			t.Fatalf("a file that is listed after a fault at call %d is not there", n)
		}
		s.Pass(11 * time.Minute)
		purge(t, s.Kit)
		equalCounts(t, s.Kit, visible)
		if !tripped {
			if n < 10 {
				t.Errorf("only %d statements were made to fail", n-1)
			}
			break
		}
	}
	if visible > 2 {
		t.Errorf("%d uploads that failed left a file; only a lost answer may", visible-1)
	}
	fatal(t, s.Store.Close())
}
