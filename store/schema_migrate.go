package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

//go:embed migrations
var migrations embed.FS

// migrateTries bounds how often a migration is tried again after another
// process has won the race for the same step.
const migrateTries = 3

// migratePoll is how often a process asks whether another one is done.
const migratePoll = 100 * time.Millisecond

// For how long a change of tables is tried that somebody uses for long, such as
// an export or a backup, and how long they are left alone in between.
const (
	shapeFor   = time.Minute
	shapePause = time.Second
)

// Migrate brings the database up to date: first the fixed tables, then a
// table for each model, then the values of its records, but for those that
// would collide; see [Store.Collisions]. One process does so at a time. Calling
// it again changes nothing and takes no lock, so that a process can start while
// another one holds the database. A change of a model that would lose data is
// refused with an error of type [*LossError].
func (s *Store) Migrate(ctx context.Context) error {
	db, err := s.db.Migrating()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer db.Close()
	if err = s.migrateLedger(ctx, db); err == nil {
		err = s.migrateModels(ctx, db)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", s.classify(err))
	}
	return nil
}

// modelsMigrated reports whether the tables are those of the loaded models, and
// their values in the form of these.
func (s *Store) modelsMigrated(ctx context.Context) (bool, error) {
	var known []struct{ Name, Digest, Form string }
	if err := s.db.Lookups.SelectContext(ctx, &known, `SELECT name, digest, form FROM models`); err != nil {
		return false, s.classify(err)
	}
	have := make(map[string][2]string, len(known))
	for _, k := range known {
		have[k.Name] = [2]string{k.Digest, k.Form}
	}
	for _, m := range s.models.All() {
		if have[m.Name] != [2]string{m.Digest, formOf(m)} {
			return false, nil
		}
	}
	return true, nil
}

// migrateLedger makes and changes the fixed tables.
func (s *Store) migrateLedger(ctx context.Context, db *sql.DB) (err error) {
	for range migrateTries {
		err = s.givingWay(ctx, func() error { return s.migrateLedgerOnce(ctx, db) })
		if err == nil || errors.Is(err, job.ErrUnavailable) {
			break
		}
	}
	return err
}

func (s *Store) migrateLedgerOnce(ctx context.Context, db *sql.DB) error {
	p, err := s.ledgerMigrations(db)
	if err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func (s *Store) ledgerMigrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, s.db.Dialect.Migrations)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithSlog(s.log), goose.WithDisableGlobalRegistry(true)}
	if s.db.Dialect.LockMigration != "" {
		options = append(options, goose.WithSessionLocker(migrationLocker{s.db.Dialect}))
	}
	return goose.NewProvider(s.db.Dialect.Goose, db, files, options...)
}

// migrateModels makes or extends the table of each loaded model. Others go on
// reading and writing meanwhile: a change of shape is quick, gives way to who
// uses the table and tries again, and indexes grow beside the writers. A crash
// in between leaves columns that the next start finds.
//
// All of it runs on one connection, which holds the lock: where the connection
// has gone, so has the lock, and the next statement fails instead of running
// without it on another one.
func (s *Store) migrateModels(ctx context.Context, db *sql.DB) error {
	done, err := s.modelsMigrated(ctx)
	if err != nil || done {
		return err
	}
	conn, err := sqlx.NewDb(db, "").Connx(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	grown, err := s.shapeTables(ctx, conn)
	if err != nil {
		return err
	}
	bare := &tx{Tx: &sqldb.Tx{Ctx: ctx, Session: conn, Dialect: s.db.Dialect}} // each statement by itself
	for _, m := range grown {
		if err := bare.alignIndexes(m, s.db.Dialect.Concurrently); err != nil {
			return err
		}
		if err := bare.Run(`UPDATE models SET digest = ? WHERE name = ?`, m.Digest, m.Name); err != nil {
			return err
		}
	}
	return s.normaliseNew(bare)
}

// shapeTables makes new tables, with their indexes, and gives columns to those
// that are there. It lists the models of the latter, whose indexes are still
// as they were.
func (s *Store) shapeTables(ctx context.Context, conn *sqlx.Conn) (grown []*model.Model, err error) {
	err = s.givingWay(ctx, func() error {
		if err := holdMigration(ctx, s.db.Dialect, conn.Conn); err != nil {
			return errors.Join(errLockLost, err)
		}
		grown, err = s.shapeOnce(ctx, conn)
		return err
	})
	return grown, err
}

// errLockLost says that the connection that held the right to migrate has gone.
var errLockLost = errors.New("the connection that migrates was lost; start again")

// givingWay tries a change of tables again that somebody uses for long.
func (s *Store) givingWay(ctx context.Context, change func() error) error {
	for began := time.Now(); ; {
		err := s.classify(change())
		if !errors.Is(err, job.ErrUnavailable) || errors.Is(err, errLockLost) || time.Since(began) > shapeFor {
			return err
		}
		select {
		case <-time.After(shapePause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Store) shapeOnce(ctx context.Context, conn *sqlx.Conn) ([]*model.Model, error) {
	db, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer db.Rollback() // does nothing after a COMMIT
	grown, err := (&tx{Tx: &sqldb.Tx{Ctx: ctx, Session: db, Dialect: s.db.Dialect}}).shapeTables(s.models.All())
	if err != nil {
		return nil, err
	}
	return grown, db.Commit()
}

// A migrationLocker takes the lock on the connection on which the fixed tables
// are made. The lock is the connection's, and closing that gives it back.
type migrationLocker struct{ d *sqldb.Dialect }

// SessionLock implements [lock.SessionLocker].
func (l migrationLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	return holdMigration(ctx, l.d, conn)
}

// SessionUnlock keeps the lock for the steps that follow.
func (migrationLocker) SessionUnlock(context.Context, *sql.Conn) error { return nil }

// holdMigration waits until the connection has the right to migrate, and no
// other process. One that has it already is told so at once. It asks again and
// again, since a statement that waits would itself be waited for by the one
// that makes an index beside the writers.
func holdMigration(ctx context.Context, d *sqldb.Dialect, conn *sql.Conn) error {
	if d.LockMigration == "" {
		return nil // each step is a transaction that nobody else writes in
	}
	for {
		var locked bool
		if err := conn.QueryRowContext(ctx, d.LockMigration).Scan(&locked); err != nil || locked {
			return err
		}
		select {
		case <-time.After(migratePoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
