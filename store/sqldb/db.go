package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect   *Dialect
	Pools                             // to read on
	Sizes     PoolSizes               // of the pools
	Writer    Writer                  // of all transactions that write
	Now       func() time.Time        // the database's clock
	Migrating func() (*sql.DB, error) // opens the one connection on which all that migrates runs

	warn func(*slog.Logger) // of what is in order, but not as it should be
}

// OpenOptions say which database to open, and how.
type OpenOptions struct {
	Address string           // "sqlite://PATH" or "postgres://…"
	Driver  string           // name of a registered driver; "" is the usual one
	Now     func() time.Time // the clock of SQLite, which has none of its own
}

// A kind of database reads addresses and opens what they name.
type kind struct {
	check   func(address string) error
	thereIs func(ctx context.Context, address, table string) error
	open    func(context.Context, OpenOptions) (*DB, error)
}

// kinds lists them by the scheme of their addresses.
var kinds = map[string]kind{
	"sqlite":     {checkSQLite, thereIsSQLite, openSQLite},
	"postgres":   {checkPostgres, thereIsPostgres, openPostgres},
	"postgresql": {checkPostgres, thereIsPostgres, openPostgres},
}

func scheme(address string) string {
	before, _, _ := strings.Cut(address, "://")
	return before
}

// checkAddress says what keeps [openDB] from understanding an address, without
// quoting it: it may hold a password.
func CheckAddress(address string) error {
	k, known := kinds[scheme(address)]
	if !known {
		return errors.New("must be sqlite://PATH or postgres://…")
	}
	return k.check(address)
}

// thereIs returns nil when there is a database at a checked address, and it has
// a table. Otherwise the error says what is missing; it wraps [ErrNoDatabase]
// where nothing kept it from looking. It changes nothing.
func Exists(ctx context.Context, address, table string) error {
	return kinds[scheme(address)].thereIs(ctx, address, table)
}

// openDB opens the database at a checked address.
func Open(ctx context.Context, o OpenOptions) (*DB, error) {
	return kinds[scheme(o.Address)].open(ctx, o)
}

// Close waits for the transactions in progress, or ends them, and closes all
// connections.
func (db *DB) Close() error { return errors.Join(db.Pools.close(), db.Writer.Close()) }

// Warn logs what is in order, but not as it should be.
func (db *DB) Warn(log *slog.Logger) { db.warn(log) }
