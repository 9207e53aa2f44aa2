package store_test

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// onBothKits runs a test with a kit on each kind of database.
func onBothKits(t *testing.T, test func(t *testing.T, k *storetest.Kit)) { onBothFor(t, 0, test) }

// onBothFor is onBothKits with a retention of jobs; 0 is the usual one.
func onBothFor(t *testing.T, retention time.Duration, test func(t *testing.T, k *storetest.Kit)) {
	t.Parallel()
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteWithTables, "PostgreSQL": postgresWithTables} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store {
				o.Retention = retention
				s := opened(tb, address(tb), o)
				s.UseClock(o.Now)
				return s
			}))
		})
	}
}

func caller(k *storetest.Kit) auth.Caller { return auth.Caller{Workspace: k.WS, KeyName: "test"} }

func saveRows(t *testing.T, k *storetest.Kit, next func() (table.FileRow, error)) (job.File, error) {
	t.Helper()
	return k.SaveFile(t.Context(), caller(k), job.File{Model: "people", Columns: []string{"id"}}, next)
}

func saved(t *testing.T, k *storetest.Kit) job.File {
	t.Helper()
	f, err := saveRows(t, k, storetest.FileRows(600))
	fatal(t, err)
	return f
}

func purge(t *testing.T, k *storetest.Kit) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = k.Purge(t.Context())
		fatal(t, err)
	}
}

// there reports whether a file is there with all its rows.
func there(t *testing.T, k *storetest.Kit, f job.File) bool {
	t.Helper()
	rows, err := k.FileSample(t.Context(), k.WS, f.ID, 1<<30)
	if !errors.Is(err, job.ErrNotFound) {
		fatal(t, err)
	}
	if err == nil && int64(len(rows)) != f.Rows {
		t.Errorf("%d rows of %d are there", len(rows), f.Rows)
	}
	return err == nil
}

// holds checks whether a job keeps a file from being deleted.
func holds(t *testing.T, k *storetest.Kit, what string, f job.File, want bool) {
	t.Helper()
	read, err := k.File(t.Context(), k.WS, "people", f.ID)
	fatal(t, err)
	if (read.ExpiresAt == nil) != want {
		t.Errorf("%s: the file expires at %v", what, read.ExpiresAt)
	}
	if !want {
		return
	}
	if err := k.DeleteFile(t.Context(), caller(k), "people", f.ID); !errors.Is(err, job.ErrFileInUse) {
		t.Errorf("%s: a deletion is answered %v", what, err)
	}
}

// TestAFileThatAJobNeedsStays lets time pass while jobs need a file, until their former
// values are purged.
func TestAFileThatAJobNeedsStays(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		f := saved(t, k)
		k.Add(9, person)
		first := k.Accept(k.Bulk(`{}`, `{"visits": 1}`, job.Options{AllowAll: true}))
		fatal(t, k.UseFile(t.Context(), k.WS.ID, "people", f.ID, first.ID))
		holds(t, k, "a job that waits", f, true)
		k.Pass(3 * 24 * time.Hour)
		purge(t, k)
		k.Run(5)
		second := k.Accept(k.Bulk(`{}`, `{"visits": 2}`, job.Options{AllowAll: true}))
		fatal(t, k.UseFile(t.Context(), k.WS.ID, "people", f.ID, second.ID))
		k.Pass(4 * 24 * time.Hour)
		k.Run(5)
		k.Pass(4 * 24 * time.Hour)
		purge(t, k) // the former values of the first
		holds(t, k, "another job", f, true)
		if !there(t, k, f) {
			t.Error("the file was deleted while a job needed it")
		}
		k.Pass(3*24*time.Hour - time.Minute)
		purge(t, k)
		holds(t, k, "until its former values are purged, a job", f, true)
		k.Pass(2 * time.Minute)
		purge(t, k)
		if there(t, k, f) {
			t.Error("the file is there after the former values")
		}
	})
}

// TestAFileGoesWithAJobThatExpires has a job expire before its former values do.
func TestAFileGoesWithAJobThatExpires(t *testing.T) {
	onBothFor(t, 48*time.Hour, func(t *testing.T, k *storetest.Kit) {
		f := saved(t, k)
		j := k.Accept(k.Bulk(`{"name": "nobody"}`, `{"visits": 1}`, job.Options{}))
		fatal(t, k.UseFile(t.Context(), k.WS.ID, "people", f.ID, j.ID))
		fatal(t, k.Exec(t.Context(), `INSERT INTO row_numbers (workspace, job, "window", rows) VALUES (?, ?, 0, ?)`, k.WS.ID, j.Num, []byte{1}))
		fatal(t, k.Exec(t.Context(), `INSERT INTO row_outcomes (workspace, job, first_row, last_row, refused) VALUES (?, ?, 3, 9, '[]')`, k.WS.ID, j.Num))
		k.Run(5)
		k.Pass(48*time.Hour - time.Minute)
		purge(t, k)
		holds(t, k, "until it expires, a job", f, true)
		k.Pass(2 * time.Minute)
		purge(t, k)
		if there(t, k, f) || count(t, k, `SELECT (SELECT COUNT(*) FROM row_numbers) + (SELECT COUNT(*) FROM row_outcomes)`) != 0 {
			t.Error("something is left of the file or of what the job noted of its rows")
		}
	})
}

func count(t *testing.T, k *storetest.Kit, query string) int64 {
	t.Helper()
	n, err := k.Count(t.Context(), query)
	fatal(t, err)
	return n
}

// TestAPreviewNeedsItsFileUntilItEnds previews with a file that is then deleted.
func TestAPreviewNeedsItsFileUntilItEnds(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		f := saved(t, k)
		k.Pass(23 * time.Hour)
		sub := k.Bulk(`{"name": "nobody"}`, `{"visits": 1}`, job.Options{})
		sub.Kind = job.PreviewKind
		j := k.Accept(sub)
		fatal(t, k.UseFile(t.Context(), k.WS.ID, "people", f.ID, j.ID))
		holds(t, k, "a preview that waits", f, true)
		k.Run(5)
		k.Pass(2 * time.Hour)
		purge(t, k)
		holds(t, k, "a preview that has ended", f, false)
		fatal(t, k.DeleteFile(t.Context(), caller(k), "people", f.ID))
	})
}

// TestAFileIsUsedOrDeleted uses a file while somebody deletes it, and while it expires.
// Whatever comes first, a job never lacks its file.
func TestAFileIsUsedOrDeleted(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		k.Add(1, person)
		used := 0
		for round := range 12 {
			f := saved(t, k)
			j := k.Accept(k.Bulk(`{"name": "nobody"}`, `{"visits": 1}`, job.Options{}))
			var use, remove error
			var racing sync.WaitGroup
			if round%2 == 1 {
				k.Pass(25 * time.Hour)
			}
			racing.Go(func() { use = k.UseFile(t.Context(), k.WS.ID, "people", f.ID, j.ID) })
			racing.Go(func() {
				if round%2 == 0 {
					remove = k.DeleteFile(t.Context(), caller(k), "people", f.ID)
				} else {
					_, remove = k.Purge(t.Context())
				}
			})
			racing.Wait()
			switch {
			case use == nil && (remove == nil || errors.Is(remove, job.ErrFileInUse)):
				used++
			case errors.Is(use, job.ErrNotFound) && remove == nil:
			default:
				t.Errorf("the use is answered %v, and the deletion %v", use, remove)
			}
			purge(t, k)
			if there(t, k, f) != (use == nil) {
				t.Errorf("after a use that was answered %v the file is there: %t", use, use != nil)
			}
			k.Run(1)
		}
		t.Logf("%d of 12 files were used", used)
	})
}

// TestTheFilesOfAWorkspaceAreBounded uploads small files and a large one.
func TestTheFilesOfAWorkspaceAreBounded(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		k.LimitFiles(1000, 3*job.MinFileBytes)
		first, rows := saved(t, k), 0
		_, err := saveRows(t, k, func() (table.FileRow, error) { // counts while it is uploaded
			if rows++; rows == 2000 {
				saved(t, k)
				if _, err := saveRows(t, k, storetest.FileRows(1)); !errors.Is(err, job.ErrTooManyFiles) {
					t.Errorf("a file too many is answered %v", err)
				}
			}
			if rows > 3000 {
				return table.FileRow{}, io.EOF
			}
			return storetest.FileRow(rows), nil
		})
		fatal(t, err)
		other := caller(k)
		other.Workspace.ID++
		_, err = k.SaveFile(t.Context(), other, job.File{Model: "people"}, storetest.FileRows(1))
		fatal(t, err)
		fatal(t, k.DeleteFile(t.Context(), caller(k), "people", first.ID))
		purge(t, k)
		_, err = saveRows(t, k, func() (table.FileRow, error) { // a large file that never ends
			rows++
			return table.FileRow{Line: int64(rows), ToLine: int64(rows), Raw: noise(rows), Fault: &table.Fault{}}, nil
		})
		if !errors.Is(err, job.ErrTooManyFiles) {
			t.Errorf("a large file is answered %v", err)
		}
		purge(t, k)
		saved(t, k)
		equalCounts(t, k, 4)
	})
}

// noise is a text that cannot be compressed much.
func noise(seed int) string {
	b := make([]byte, 4000)
	x := uint32(seed)*2654435761 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = 'a' + byte(x%26)
	}
	return string(b)
}

// equalCounts checks that a number of files is left, and nothing of others.
func equalCounts(t *testing.T, k *storetest.Kit, files int64) {
	t.Helper()
	if n := count(t, k, `SELECT COUNT(*) FROM files`); n != files {
		t.Errorf("%d files are left instead of %d", n, files)
	}
	if n := count(t, k, `SELECT COUNT(*) FROM file_blocks b WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.workspace = b.workspace AND f.id = b.file AND f.complete = 1)`); n != 0 {
		t.Errorf("%d blocks are left of no file", n)
	}
	if n := count(t, k, `SELECT COUNT(*) FROM files f WHERE f.packed <> (SELECT SUM(octet_length(b.data)) FROM file_blocks b WHERE b.workspace = f.workspace AND b.file = f.id)`); n != 0 {
		t.Errorf("%d files have another size than is accounted for", n)
	}
}

// TestAnUploadThatStandsStillIsPurged stops uploads in the middle. One goes on in time.
func TestAnUploadThatStandsStillIsPurged(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		k.LimitFiles(1000, job.MaxFilesBytes)
		stopping := func(pause time.Duration) func() (table.FileRow, error) {
			rows := storetest.FileRows(3000)
			n := 0
			return func() (table.FileRow, error) {
				if n++; n%1000 == 0 {
					k.Pass(pause)
					purge(t, k)
				}
				return rows()
			}
		}
		f, err := saveRows(t, k, stopping(9*time.Minute))
		fatal(t, err)
		if !there(t, k, f) {
			t.Error("a slow upload left no file")
		}
		if _, err := saveRows(t, k, stopping(11*time.Minute)); !errors.Is(err, job.ErrUnavailable) {
			t.Errorf("an upload that was purged is answered %v", err)
		}
		purge(t, k)
		equalCounts(t, k, 1)
	})
}

// TestAPageOfFilesEndsEarly lists files with many columns.
func TestAPageOfFilesEndsEarly(t *testing.T) {
	onBothKits(t, func(t *testing.T, k *storetest.Kit) {
		columns := make([]string, 900)
		for i := range columns {
			columns[i] = fmt.Sprint(i, noise(i))
		}
		for range 3 {
			_, err := k.SaveFile(t.Context(), caller(k), job.File{Model: "people", Columns: columns}, storetest.FileRows(1))
			fatal(t, err)
		}
		page, err := k.Files(t.Context(), k.WS, "people", 3, "")
		fatal(t, err)
		if len(page.Items) != 2 || page.NextCursor == "" {
			t.Errorf("a page has %d files", len(page.Items))
		}
	})
}
