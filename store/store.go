package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
)

// Options are what a store needs to know besides its address.
type Options struct {
	Models        *model.Registry
	Log           *slog.Logger
	Now           func() time.Time // the database's clock, for SQLite; nil is time.Now
	Retention     time.Duration    // of finished jobs; 0 is 30 days
	UndoRetention time.Duration    // of former values; 0 is 7 days
}

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	d      *dialect
	path   string
	models *model.Registry
	log    *slog.Logger
	now    func() time.Time
	keep   time.Duration
	undo   time.Duration

	read  *sqlx.DB // many connections, reading only
	write *writer
	hub   *hub
	bell  chan struct{} // has a value when the outbox has news
}

// Open opens the database at url, "sqlite://PATH", and makes the file when it
// is not there. It makes no tables: call [Store.Migrate] before anything
// else.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	return open(ctx, "sqlite3", url, o)
}

// open is Open with the name of the driver, which tests replace by one that
// fails when they say.
func open(ctx context.Context, driver, url string, o Options) (*Store, error) {
	path, ok := strings.CutPrefix(url, "sqlite://")
	if !ok || path == "" {
		return nil, fmt.Errorf("database %s: this version serves sqlite://PATH only", scheme(url))
	}
	s := &Store{
		d: sqliteDialect, path: path, models: o.Models, log: o.Log, now: o.Now,
		keep: orDefault(o.Retention, 30*24*time.Hour), undo: orDefault(o.UndoRetention, 7*24*time.Hour),
		hub: newHub(), bell: make(chan struct{}, 1),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	write, read, err := openSQLite(ctx, driver, path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	conn, err := write.Connx(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), read.Close(), write.Close())
	}
	s.read, s.write = read, newWriter(write, conn, s.d, path, s.nowMicros)
	return s, nil
}

// Close waits for the transaction in progress and closes the database. No
// method may be called after it.
func (s *Store) Close() error {
	return errors.Join(s.read.Close(), s.write.close())
}

// Ping answers nil when the database can be read and written.
func (s *Store) Ping(ctx context.Context) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.exec1(`UPDATE settings SET value = value WHERE name = 'signing_key'`)
	})
}

// Bell has a value soon after work was put into the outbox by this process.
func (s *Store) Bell() <-chan struct{} { return s.bell }

// inTx runs a small transaction. Many of them may share one commit, so fn
// must be quick. When inTx returns nil, everything fn did is on disk.
func (s *Store) inTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.write.do(ctx, small, fn))
}

// inLargeTx runs a transaction that may take tens of milliseconds. Small
// ones that are waiting go first.
func (s *Store) inLargeTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.write.do(ctx, large, fn))
}

// after tells whoever waits what a committed transaction touched.
func (s *Store) after(t *tx, err error) error {
	if err != nil {
		return s.d.classify(err)
	}
	s.hub.notify(t.touched)
	if t.rang {
		select {
		case s.bell <- struct{}{}:
		default:
		}
	}
	return nil
}

func (s *Store) nowMicros() int64 { return s.now().UnixMicro() }

// inSnapshot runs fn on one unchanging view of the database.
func (s *Store) inSnapshot(ctx context.Context, fn func(*sqlx.Tx) error) error {
	t, err := s.read.BeginTxx(ctx, s.d.snapshot)
	if err != nil {
		return s.d.classify(err)
	}
	defer t.Rollback()
	return s.d.classify(fn(t))
}

func scheme(url string) string {
	before, _, ok := strings.Cut(url, "://")
	if !ok {
		return "address without a scheme"
	}
	return before + "://…"
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}

// micros reads a stored time.
func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

func microsPtr(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := micros(*us)
	return &t
}

// found turns an empty answer into [job.ErrNotFound].
func found(ok bool) error {
	if !ok {
		return job.ErrNotFound
	}
	return nil
}
