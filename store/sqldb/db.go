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
	Pools                             // for all reads
	Sizes     PoolSizes               // of the pools
	Writer    Writer                  // for all writes
	Now       func() time.Time        // the database's clock
	Migrating func() (*sql.DB, error) // opens the one connection on which a migration runs

	warn func(*slog.Logger) // implements Warn
}

// Options say which database to open, and how.
type Options struct {
	Address string           // "sqlite://PATH" or "postgres://…"
	Driver  string           // name of a registered driver; "" is the usual one
	Now     func() time.Time // the clock of SQLite; PostgreSQL uses the server's
}

// A product is a database product: how to check and open its addresses.
type product struct {
	check   func(address string) error
	thereIs func(ctx context.Context, address, table string) error
	open    func(context.Context, Options) (*DB, error)
}

// products lists them by the scheme of their addresses.
var products = map[string]product{
	"sqlite":     {checkSQLite, thereIsSQLite, openSQLite},
	"postgres":   {checkPostgres, thereIsPostgres, openPostgres},
	"postgresql": {checkPostgres, thereIsPostgres, openPostgres},
}

func scheme(address string) string {
	before, _, _ := strings.Cut(address, "://")
	return before
}

// CheckAddress returns an error that says why [Open] would not understand an
// address. It does not quote the address, which may contain a password.
func CheckAddress(address string) error {
	p, known := products[scheme(address)]
	if !known {
		return errors.New("must be sqlite://PATH or postgres://…")
	}
	return p.check(address)
}

// Exists returns nil if there is a database at a checked address and it has a
// table. The error says what is missing; it wraps [ErrNoDatabase], except where
// something kept Exists from finding out. It changes nothing.
func Exists(ctx context.Context, address, table string) error {
	return products[scheme(address)].thereIs(ctx, address, table)
}

// Open opens the database at a checked address. It creates the file of SQLite where
// there is none, but no tables. Its errors are sentences for the user, without the
// password.
func Open(ctx context.Context, o Options) (*DB, error) {
	return products[scheme(o.Address)].open(ctx, o)
}

// Close waits for the transactions in progress, rolls back those that take too
// long, and closes all connections.
func (db *DB) Close() error { return errors.Join(db.Pools.close(), db.Writer.Close()) }

// Warn logs what does not keep the database from working, but should be changed.
func (db *DB) Warn(log *slog.Logger) { db.warn(log) }
