package store

import (
	"path/filepath"
	"slices"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestBothDatabasesHaveTheSameColumns compares the tables that the migrations
// make, which are written by hand for each.
func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	const inSQLite = `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`
	const inPostgres = `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`
	want := columnsOf(t, "sqlite://"+filepath.Join(t.TempDir(), "schema.db"), inSQLite)
	got := columnsOf(t, pgtest.Start(t).Database(t), inPostgres)
	if !slices.Equal(got, want) {
		t.Errorf("PostgreSQL has the columns\n%q\nand SQLite\n%q", got, want)
	}
}

func columnsOf(t *testing.T, address, query string) []string {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	var columns []string
	must(t, s.read.Select(&columns, query))
	slices.Sort(columns)
	return columns
}
