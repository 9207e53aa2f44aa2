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

// migratePoll is how often a process checks whether another one has finished.
const migratePoll = 100 * time.Millisecond

// How long a change of tables is retried while somebody uses them for long, such
// as an export or a backup, and how long the pauses in between are.
const (
	shapeFor   = time.Minute
	shapePause = time.Second
)

// Migrate brings the database up to date: first the fixed tables, then a table
// for each model, then the values of its records, except those that would
// collide; see [Store.Collisions]. One process at a time does so. Calling it
// again changes nothing and takes no lock, so that a process can start while
// another one has locked the database. A change of a model that would lose data
// is refused with an error of type [*LossError].
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

// modelsMigrated reports whether the tables and the form of the values are
// those of the loaded models.
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

// migrateLedger creates and changes the fixed tables. Where no lock keeps others
// out, another process may win the race for a step, which is then tried again. It
// can do so once for each step.
func (s *Store) migrateLedger(ctx context.Context, db *sql.DB) error {
	steps, err := migrations.ReadDir(s.db.Dialect.Migrations)
	if err != nil {
		return err
	}
	for range len(steps) + 1 {
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

// migrateModels creates or extends the table of each loaded model. Other
// processes continue to read and write: a change of columns is quick, gives way
// to transactions that use the table and tries again, and indexes are created
// without blocking writers. After a crash the next start completes the columns.
//
// All of it runs on one connection, which holds the lock. If the connection is
// lost, so is the lock, and the next statement fails instead of running on
// another connection without the lock.
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
	bare := &tx{Tx: &sqldb.Tx{Ctx: ctx, Session: conn, Dialect: s.db.Dialect}} // each statement is a transaction
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

// shapeTables creates new tables with their indexes, and adds columns to
// existing ones. It returns the models of the latter, whose indexes are not
// changed yet.
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

// errLockLost means that the connection that held the migration lock is gone.
var errLockLost = errors.New("the connection that migrates was lost; start again")

// givingWay retries a change of tables while other transactions use them for
// long.
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

// A migrationLocker takes the lock on the connection that migrates the fixed
// tables. The lock belongs to the connection, and is released when that is
// closed.
type migrationLocker struct{ d *sqldb.Dialect }

// SessionLock implements [lock.SessionLocker].
func (l migrationLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	return holdMigration(ctx, l.d, conn)
}

// SessionUnlock keeps the lock for the steps that follow.
func (migrationLocker) SessionUnlock(context.Context, *sql.Conn) error { return nil }

// holdMigration waits until the connection holds the migration lock, which one
// process at a time can hold. It returns at once if the connection holds it
// already. It polls: on PostgreSQL, creating an index waits for every running
// statement, so a statement that waited for this lock would block the process
// that holds it.
func holdMigration(ctx context.Context, d *sqldb.Dialect, conn *sql.Conn) error {
	if d.LockMigration == "" {
		return nil // each step is a transaction that excludes other writers
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
