package store_test

import (
	"path/filepath"
	"testing"

	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

func openSQLite(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), "sqlite://"+filepath.Join(tb.TempDir(), "test.db"), o)
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
