package store_test

import (
	"testing"

	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

func openSQLite(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	return opened(tb, sqliteWithTables(tb), o)
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

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openSQLite)
}

// openPostgres opens a database of its own on a server, a copy of the template,
// with the clock that the test asks for, and makes shards as small as the tests
// need.
func openPostgres(server *pgtest.Server, template string) func(testing.TB, store.Options) *store.Store {
	return func(tb testing.TB, o store.Options) *store.Store {
		tb.Helper()
		s := opened(tb, server.Copy(tb, template), o)
		s.UseClock(o.Now)
		s.CutFinely(storetest.Part)
		return s
	}
}

// TestPostgreSQL leaves to TestPostgreSQLInTurn what the race detector would make
// slow in vain: there a call of the store starts no goroutine that it does not start on
// SQLite, too.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	template := server.Database(t)
	makeTables(t, template)
	t.Run("suite", func(t *testing.T) { storetest.RunSideBySide(t, openPostgres(server, template)) })
	t.Run("openings", func(t *testing.T) { openings(t, server) })
	noDeadlocks(t, server)
}

// noDeadlocks asks a server. A deadlock would be resolved, but only after a
// second of waiting.
func noDeadlocks(t *testing.T, server *pgtest.Server) {
	t.Helper()
	if n := server.Do(t, "postgres", `SELECT SUM(deadlocks) FROM pg_stat_database`); n != "0" {
		t.Errorf("%s deadlocks", n)
	}
}
