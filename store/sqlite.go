package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// readers is the size of SQLite's pool of reading connections.
const readers = 4

var sqliteDialect = &dialect{
	name:       "sqlite",
	filter:     filter.SQLite,
	rebind:     func(q string) string { return q },
	migrations: "migrations/sqlite",
	columnType: sqliteType,
	notIndexed: " NOT INDEXED",
	differs:    "IS NOT",
	same:       "IS",
	inList:     "IN (SELECT value FROM json_each(?))",
	barrier:    " LIMIT -1",
	collect: func(expr, condition string) string {
		return "json_group_array(" + expr + ") FILTER (WHERE " + condition + ")"
	},
	merge:    func(column string) string { return "json_patch(COALESCE(" + column + ", '{}'), ?)" },
	classify: classifySQLite,
	refusal:  sqliteRefusal,
}

func sqliteType(k model.Kind) string {
	switch k {
	case model.Integer, model.Boolean, model.DateTime:
		return "INTEGER"
	case model.Number:
		return "REAL"
	default:
		return "TEXT"
	}
}

// openSQLite opens the one writing connection and the pool of readers.
//
// The writer begins every transaction IMMEDIATE: a deferred one that turns
// into a write fails with "locked" whenever another process wrote meanwhile.
// synchronous=FULL makes a commit survive a power cut, which is what a 202
// promises.
func openSQLite(ctx context.Context, driver, path string) (write, read *sqlx.DB, err error) {
	file := sqliteFile(path)
	write, err = sqlx.Open(driver, file+"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_busy_timeout=5000&_cache_size=-32768")
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	// From here on the writer waits for the lock itself; see lockPoll.
	if err := firstConnection(ctx, write, `PRAGMA busy_timeout = 0`); err != nil {
		return nil, nil, errors.Join(explainSQLite(err), write.Close())
	}
	read, err = sqlx.Open("sqlite3", file+"?mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-16384")
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return write, read, nil
}

// firstConnection connects and runs a statement. Connecting turns the
// write-ahead log on, for which SQLite does not wait: of processes that find a
// new file at the same time, all but one are told that it is locked.
func firstConnection(ctx context.Context, db *sqlx.DB, statement string) error {
	for deadline := time.Now().Add(lockWait); ; {
		_, err := db.ExecContext(ctx, statement)
		if code, _, _ := sqliteError(err); code != sqliteBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

func sqliteFile(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// sqliteMigrations opens the connection on which the fixed tables are made.
func sqliteMigrations(path string) (*sql.DB, error) {
	return sql.Open("sqlite3", sqliteFile(path)+"?_txlock=immediate&_foreign_keys=1&_busy_timeout=10000")
}

func explainSQLite(err error) error {
	if strings.Contains(err.Error(), "CGO_ENABLED=0") {
		return errors.New("this binary was built without cgo, which SQLite needs: build it with CGO_ENABLED=1 and a C compiler")
	}
	return fmt.Errorf("%w (is the folder there, and writable?)", err)
}

// SQLite's result codes that matter here, from https://sqlite.org/rescode.html.
const (
	sqliteGeneric    = 1
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteNoMemory   = 7
	sqliteReadOnly   = 8
	sqliteIOError    = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCannotOpen = 14
	sqliteProtocol   = 15
	sqliteConstraint = 19
)

func classifySQLite(err error) error {
	code, _, ok := sqliteError(err)
	switch {
	case !ok:
		return err
	case code == sqliteFull:
		return fmt.Errorf("%w: %w", job.ErrStorageFull, err)
	case slices.Contains([]int{sqliteBusy, sqliteLocked, sqliteIOError, sqliteCannotOpen, sqliteReadOnly, sqliteProtocol}, code):
		return fmt.Errorf("%w: %w", job.ErrUnavailable, err)
	}
	return err
}

// sqliteRefusal reads the index from the message, the only place where SQLite
// names it: "UNIQUE constraint failed: c_x.workspace, c_x.domain", or
// "...: index 'name'" for an index on an expression.
func sqliteRefusal(err error) (string, bool) {
	code, message, ok := sqliteError(err)
	if !ok || code != sqliteConstraint {
		return "", false
	}
	_, columns, _ := strings.Cut(message, "UNIQUE constraint failed: ")
	last := columns[strings.LastIndex(columns, ".")+1:]
	return last, true
}
