package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

// TestACopyGivesNoNumberTwice copies, from database to database, an
// installation whose last jobs have been purged. Records still name the numbers
// of these jobs.
func TestACopyGivesNoNumberTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return "sqlite://" + filepath.Join(dir, name) }
	k := storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store { return opened(tb, file("first.db"), o) })
	k.Add(3, person)
	last := k.Accept(k.Single(1001, `{"name": "Once"}`))
	k.Run(1)
	for range 2 { // to become tombstones, and to be deleted
		k.Pass(31 * 24 * time.Hour)
		for more := true; more; {
			var err error
			more, err = k.Purge(t.Context())
			fatal(t, err)
		}
	}
	from := k.Store
	for _, address := range []string{pgtest.Database(t), file("second.db"), file("third.db")} {
		_, err := copyTo(t, from, address)
		fatal(t, err)
		from = opened(t, address, store.Options{Models: storetest.Models(t)})
		numbers := dump(t, address, nil)["jobs"]
		if len(numbers) > 0 {
			t.Fatalf("%s: jobs %v are left", address, numbers)
		}
	}
	for _, reopened := range []string{file("second.db"), file("third.db")} {
		k.Reopen(func(tb testing.TB, o store.Options) *store.Store { return opened(tb, reopened, o) })
		if j := k.Accept(k.Single(1001, `{"name": "Again"}`)); j.Num <= last.Num {
			t.Errorf("%s: job %d comes after %d", reopened, j.Num, last.Num)
		}
	}
}
