//go:build !cgo

package sqldb

import _ "github.com/mattn/go-sqlite3" // answers every call with why it cannot work

// sqliteError finds nothing: without cgo there is no SQLite.
func sqliteError(error) (code int, message string, ok bool) { return 0, "", false }
