package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// How many connections one process has. A server allows 100 by default, which is
// enough for three processes. Large transactions use only a part of the writing
// connections, so that small ones find one.
const (
	postgresWriters = 16
	postgresLarge   = 12
)

var postgresPools = PoolSizes{Lookups: 6, Searches: 4, Work: 4, Long: 4}

// postgresSession holds the settings of every connection, unless the address sets
// them.
//
// A COMMIT returns when it is on disk, whatever the server's default, because the
// answer 202 promises that. Plans are made for the actual values: a generic plan
// for a list of numbers compares each record with each number. jit would spend
// minutes compiling filters over many JSON paths. A process that is stopped inside
// a transaction loses its locks after 10 seconds, which is less than others wait
// for a lock. The server notices after 25 seconds, by keepalives, that a process
// has vanished.
var postgresSession = map[string]string{
	"application_name":                    "bulkpatch",
	"default_transaction_isolation":       "read committed",
	"jit":                                 "off",
	"synchronous_commit":                  "on",
	"plan_cache_mode":                     "force_custom_plan",
	"lock_timeout":                        writeLock.String(),
	"idle_in_transaction_session_timeout": "10s",
	"tcp_keepalives_idle":                 "10",
	"tcp_keepalives_interval":             "5",
	"tcp_keepalives_count":                "3",
	"timezone":                            "UTC",
}

// postgresRead is how long a statement on a connection that reads may take; its
// context usually ends it sooner. A statement that writes has a shorter limit than
// its transaction, see writeStatement. A migration has none.
const postgresRead = "60s"

func checkPostgres(address string) error {
	_, err := pgx.ParseConfig(address)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return fmt.Errorf("names a file that cannot be read: %w", file)
	case err != nil:
		return errors.New("must look like postgres://USER:PASSWORD@HOST:PORT/DATABASE, with known options; escape special characters of the password")
	}
	return nil
}

// thereIsPostgres implements [Exists].
func thereIsPostgres(ctx context.Context, address, table string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return checkPostgres(address)
	}
	db, err := postgresPool(postgresDriver, config, 1, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	var there bool
	if err := db.GetContext(ctx, &there, `SELECT to_regclass($1) IS NOT NULL`, table); err != nil {
		return postgresOpening(err)
	}
	if !there {
		return fmt.Errorf("%w in %s: it has none of the tables", ErrNoDatabase, postgresPlace(&config.Config))
	}
	return nil
}

// openPostgres implements [Open].
func openPostgres(ctx context.Context, o Options) (*DB, error) {
	config, err := pgx.ParseConfig(o.Address)
	if err != nil {
		return nil, checkPostgres(o.Address)
	}
	driver := cmp.Or(o.Driver, postgresDriver)
	write, err := postgresPool(driver, config, postgresWriters, map[string]string{"statement_timeout": writeStatement.String()})
	if err != nil {
		return nil, err
	}
	pools, err := openPools(postgresPools, func(n int) (*sqlx.DB, error) {
		return postgresReaders(config, n), nil
	})
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	clock := new(serverClock)
	err = suits(ctx, pools.Lookups)
	if err == nil {
		err = clock.tune(ctx, pools.Lookups)
	}
	if err != nil {
		return nil, errors.Join(postgresOpening(err), pools.close(), write.Close())
	}
	db := &DB{
		Dialect: PostgreSQL, Pools: pools, Sizes: postgresPools, Now: clock.now,
		Migrating: func() (*sql.DB, error) { return postgresMigrations(driver, config) },
		warn:      func(*slog.Logger) {},
	}
	db.Writer = newPooledWriter(db, write, clock.tune, postgresLarge)
	return db, nil
}

// postgresDriver is the name under which the driver registers itself.
const postgresDriver = "pgx"

// postgresMigrations opens the connection that migrates. It holds the lock for
// that, so it must stay open however long it runs or is idle.
func postgresMigrations(driver string, config *pgx.ConnConfig) (*sql.DB, error) {
	db, err := postgresPool(driver, config, 1, map[string]string{"lock_timeout": "0"})
	if err != nil {
		return nil, err
	}
	db.SetConnMaxIdleTime(0)
	db.SetConnMaxLifetime(0)
	return db.DB, nil
}

// postgresReaders opens a pool of n connections that read. The end of a context
// ends the statement on the server, too. By default the driver only closes the
// connection, and the server keeps running the statement.
func postgresReaders(config *pgx.ConnConfig, n int) *sqlx.DB {
	c := postgresSettings(config, map[string]string{"statement_timeout": postgresRead, "default_transaction_read_only": "on"})
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &statementEnder{pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelWait}}
	}
	db := stdlib.OpenDB(*c, stdlib.OptionResetSession(func(_ context.Context, conn *pgx.Conn) error {
		if conn.PgConn().CustomData()[statementEnded] != nil {
			return sqldriver.ErrBadConn
		}
		return nil
	}))
	return sized(sqlx.NewDb(db, postgresDriver), n)
}

// statementEnded marks a session in which the end of a context ended a statement.
const statementEnded = "statement ended"

// A statementEnder asks the server to end the statement of a session. The request
// has a connection of its own, and may reach the session late, when that has begun
// another statement. So such a session is not used again.
type statementEnder struct {
	pgconn.CancelRequestContextWatcherHandler
}

// HandleUnwatchAfterCancel implements [ctxwatch.Handler].
func (e *statementEnder) HandleUnwatchAfterCancel() {
	e.Conn.CustomData()[statementEnded] = true
	e.CancelRequestContextWatcherHandler.HandleUnwatchAfterCancel()
}

// postgresPool opens a pool of n connections with settings of its own.
func postgresPool(driver string, config *pgx.ConnConfig, n int, own map[string]string) (*sqlx.DB, error) {
	db, err := sqlx.Open(driver, stdlib.RegisterConnConfig(postgresSettings(config, own)))
	if err != nil {
		return nil, err
	}
	return sized(db, n), nil
}

// postgresSettings returns the settings of connections: those that all have, own
// ones, and over both those that the address sets.
func postgresSettings(config *pgx.ConnConfig, own map[string]string) *pgx.ConnConfig {
	c := config.Copy()
	c.DialFunc = (&net.Dialer{
		Timeout:         10 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3},
	}).DialContext
	given := c.RuntimeParams
	c.RuntimeParams = maps.Clone(postgresSession)
	maps.Copy(c.RuntimeParams, own)
	maps.Copy(c.RuntimeParams, given)
	return c
}

// sized makes a pool keep at most n connections.
func sized(db *sqlx.DB, n int) *sqlx.DB {
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(30 * time.Minute) // so that it moves to the new server after a failover
	return db
}

// suits returns an error for a database that cannot hold every string of JSON.
func suits(ctx context.Context, db *sqlx.DB) error {
	var encoding string
	if err := db.GetContext(ctx, &encoding, `SHOW server_encoding`); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s; make one with ENCODING 'UTF8'", encoding)
	}
	return nil
}
