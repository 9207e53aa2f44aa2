package store_test

import (
	"path/filepath"
	"testing"

	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

func openSQLite(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	return opened(tb, "sqlite://"+filepath.Join(tb.TempDir(), "test.db"), o)
}

func opened(tb testing.TB, address string, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), address, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func TestSQLite(t *testing.T) { storetest.Run(t, openSQLite) }

// TestPostgreSQL gives each test its own database on one server, with the clock
// that the test asks for, and makes shards as small as the tests need.
func TestPostgreSQL(t *testing.T) {
	server := pgtest.Start(t)
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB, o store.Options) *store.Store {
			s := opened(tb, server.Database(tb), o)
			s.UseClock(o.Now)
			s.CutFinely(storetest.Part)
			return s
		})
	})
	t.Run("openings", func(t *testing.T) { openings(t, server) })
	// A deadlock would be resolved, but only after a second of waiting.
	if n := server.Do(t, "postgres", `SELECT SUM(deadlocks) FROM pg_stat_database`); n != "0" {
		t.Errorf("%s deadlocks", n)
	}
}
