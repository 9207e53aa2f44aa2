package store

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// Options are what a store needs to know besides its address.
type Options struct {
	Models        *model.Registry
	Log           *slog.Logger
	Now           func() time.Time // the clock of SQLite, which has none of its own; nil is time.Now
	Retention     time.Duration    // of finished jobs; 0 is 30 days
	UndoRetention time.Duration    // of former values; 0 is 7 days
	Tombstones    time.Duration    // of jobs after their retention; 0 is 30 days
	SearchLimit   time.Duration    // of one list, count or preview; 0 is 30 seconds
	OnJob         func(job.Event)  // is told of what this process commits, by whoever did; it must be quick. nil is nobody
	MaxOpenJobs   int              // of a workspace, which may have ten times as many singles; 0 is 10,000
}

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	db         *sqldb.DB
	models     *model.Registry
	log        *slog.Logger
	keep       time.Duration
	undo       time.Duration
	tombstones time.Duration // how long a tombstone stays

	searching   *sqldb.FairSemaphore // to the connections for searches
	resolving   *sqldb.FairSemaphore // to those of work on which jobs are resolved
	searchLimit time.Duration

	hub      hub
	onJob    func(job.Event)
	open     *openJobs
	notified chan struct{} // has a value when the outbox has news
}

// CheckAddress says what keeps [Open] from understanding an address, without
// quoting it: it may hold a password.
func CheckAddress(address string) error { return sqldb.CheckAddress(address) }

// ErrNoDatabase says that an address names no database of bulkpatch.
var ErrNoDatabase = sqldb.ErrNoDatabase

// Open opens the database at address: "sqlite://PATH", whose file it makes
// when it is not there, readable by its owner alone, or "postgres://…". It
// makes no tables: call [Store.Migrate] before anything else. It logs a warning
// when others can read a file of the database. Its errors are sentences for
// whoever gave the address, and show no password.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	return open(ctx, "", address, o)
}

// OpenExisting is [Open] for a database that has to be there. Where there is
// none, or one without our tables, it changes nothing and returns an error
// that wraps [ErrNoDatabase].
func OpenExisting(ctx context.Context, address string, o Options) (*Store, error) {
	if err := CheckAddress(address); err != nil {
		return nil, fmt.Errorf("the database's address %w", err)
	}
	if err := sqldb.Exists(ctx, address, keyTable); err != nil {
		return nil, inWordsOfJob(err)
	}
	return Open(ctx, address, o)
}

// keyTable is a table that every database of bulkpatch has.
const keyTable = "api_keys"

// open is Open with the name of the driver, which tests replace by one that
// fails when they say.
func open(ctx context.Context, driver, address string, o Options) (*Store, error) {
	if err := CheckAddress(address); err != nil {
		return nil, fmt.Errorf("the database's address %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := sqldb.Open(ctx, sqldb.OpenOptions{Driver: driver, Address: address, Now: o.Now})
	if err != nil {
		return nil, inWordsOfJob(err)
	}
	s := &Store{
		db: db, models: o.Models, log: o.Log,
		keep: orDefault(o.Retention, 30*24*time.Hour), undo: orDefault(o.UndoRetention, 7*24*time.Hour),
		tombstones: orDefault(o.Tombstones, 30*24*time.Hour),
		searching:  sqldb.NewFairSemaphore(db.Sizes.Searches), resolving: sqldb.NewFairSemaphore(db.Sizes.Long), searchLimit: orDefault(o.SearchLimit, searchLimit),
		notified: make(chan struct{}, 1),
	}
	s.open = newOpenJobs(cmp.Or(o.MaxOpenJobs, defaultOpenJobs), func() time.Time { return s.db.Now() }, s.countOpen)
	if s.onJob = o.OnJob; s.onJob == nil {
		s.onJob = func(job.Event) {}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	db.Warn(s.log)
	return s, nil
}

// Close waits for the transaction in progress and closes the database. No
// method may be called after it.
func (s *Store) Close() error {
	return s.db.Close()
}

// Ping answers nil when the database can be written, and read where keys and
// jobs are looked up.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	if err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM settings`); err != nil {
		return s.classify(err)
	}
	return s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE settings SET value = value WHERE name = 'signing_key'`)
	})
}

// Reachable answers nil when the database can be read and a transaction can be
// committed. Unlike [Store.Ping] it writes nothing, and may be called all the
// time.
func (s *Store) Reachable(ctx context.Context) error {
	var n int
	if err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM settings`); err != nil {
		return s.classify(err)
	}
	return s.inTx(ctx, func(*tx) error { return nil })
}

// Bell has a value soon after work was put into the outbox by this process.
func (s *Store) Notified() <-chan struct{} { return s.notified }

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
