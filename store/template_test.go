package store_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

// The templates have the tables of storetest's models and no rows. Tests to
// which it does not matter how the tables come to be begin with copies: to create
// the tables takes longer than most of these tests.
var (
	sqliteTemplate struct {
		once sync.Once
		file []byte
	}
	postgresTemplate struct {
		once    sync.Once
		address string
	}
)

// sqliteWithTables returns the address of a new SQLite database with tables.
func sqliteWithTables(tb testing.TB) string {
	tb.Helper()
	sqliteTemplate.once.Do(func() {
		path := filepath.Join(tb.TempDir(), "template.db")
		makeTables(tb, "sqlite://"+path)
		var err error
		sqliteTemplate.file, err = os.ReadFile(path)
		fatal(tb, err)
	})
	path := filepath.Join(tb.TempDir(), "test.db")
	fatal(tb, os.WriteFile(path, sqliteTemplate.file, 0o600))
	return "sqlite://" + path
}

// postgresWithTables returns the address of a new database with tables, on the
// server that all tests share.
func postgresWithTables(tb testing.TB) string {
	tb.Helper()
	postgresTemplate.once.Do(func() {
		postgresTemplate.address = pgtest.Database(tb)
		makeTables(tb, postgresTemplate.address)
	})
	return pgtest.Copy(tb, postgresTemplate.address)
}

// makeTables creates the tables of a new database.
func makeTables(tb testing.TB, address string) {
	tb.Helper()
	s, err := store.Open(tb.Context(), address, store.Options{Models: storetest.Models(tb)})
	fatal(tb, err)
	fatal(tb, s.Migrate(tb.Context()))
	fatal(tb, s.Close())
}
