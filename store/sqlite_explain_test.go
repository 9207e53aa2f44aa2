package store

import (
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

func TestAFileThatCannotBeOpenedIsExplained(t *testing.T) {
	for code, hint := range map[sqlite3.ErrNo]string{
		sqlite3.ErrCantOpen: "is the folder there",
		sqlite3.ErrReadonly: "is the folder there",
		sqlite3.ErrBusy:     "another process",
		sqlite3.ErrProtocol: "another process",
	} {
		err := sqlite3.Error{Code: code}
		if got := explainSQLite(err).Error(); !strings.Contains(got, hint) || !strings.Contains(got, err.Error()) {
			t.Errorf("%v is explained as %q", err, got)
		}
	}
}
