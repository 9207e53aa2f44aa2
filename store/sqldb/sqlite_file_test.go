package sqldb

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

func TestAFileThatCannotBeOpenedIsExplained(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for code, hint := range map[sqlite3.ErrNo]string{
		sqlite3.ErrCantOpen: "this user may not write",
		sqlite3.ErrReadonly: "this user may not write",
		sqlite3.ErrBusy:     "another process",
		sqlite3.ErrProtocol: "another process",
		sqlite3.ErrNotADB:   "no SQLite database",
	} {
		err := sqlite3.Error{Code: code}
		if got := sqliteOpening(path, err).Error(); !strings.Contains(got, hint) || !strings.Contains(got, path) {
			t.Errorf("%v is explained as %q", err, got)
		}
	}
}
