//go:build cgo

package sqldb

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

// sqliteError reads SQLite's result code and message from an error of the
// driver.
func sqliteError(err error) (code int, message string, ok bool) {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return 0, "", false
	}
	return int(e.Code), e.Error(), true
}
