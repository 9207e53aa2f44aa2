package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestBothDatabasesHaveTheSameColumns compares the tables that the migrations
// create, which are written by hand for each database.
func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	const inSQLite = `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`
	const inPostgres = `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`
	want := columnsOf(t, "sqlite://"+filepath.Join(t.TempDir(), "schema.db"), inSQLite)
	got := columnsOf(t, pgtest.Database(t), inPostgres)
	if !slices.Equal(got, want) {
		t.Errorf("PostgreSQL has the columns\n%q\nand SQLite\n%q", got, want)
	}
}

// undivided are the tables that a distributed PostgreSQL keeps whole on each of
// its machines. docs/operations.md names them.
var undivided = []string{"settings", "workspaces", "api_keys", "key_secrets", "models", "running_models", "blocks", "goose_db_version"}

// TestTablesCanBeCutByWorkspace checks that every unique key of every other
// table contains the workspace. A distributed database could enforce another
// key only by asking all its machines.
func TestTablesCanBeCutByWorkspace(t *testing.T) {
	s, err := Open(t.Context(), pgtest.Database(t), Options{Models: model.Shipped()})
	must(t, err)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	var keys []struct{ Table, Index, Columns string }
	must(t, s.db.Lookups.Select(&keys, `SELECT CAST(CAST(indrelid AS regclass) AS text) AS table, CAST(CAST(indexrelid AS regclass) AS text) AS index,
			(SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = indexrelid) AS columns
		FROM pg_index WHERE indisunique AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace))`))
	if len(keys) < 20 {
		t.Fatalf("only %d keys", len(keys))
	}
	for _, k := range keys {
		if !slices.Contains(undivided, k.Table) && !slices.Contains(strings.Fields(k.Columns), "workspace") {
			t.Errorf("%s of %s is on %s, without the workspace", k.Index, k.Table, k.Columns)
		}
	}
}

func columnsOf(t *testing.T, address, query string) []string {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	var columns []string
	must(t, s.db.Lookups.Select(&columns, query))
	slices.Sort(columns)
	return columns
}
