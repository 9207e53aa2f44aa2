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
	Now           func() time.Time // the clock of SQLite; PostgreSQL uses the server's. nil is time.Now
	Retention     time.Duration    // of finished jobs; 0 is 30 days
	UndoRetention time.Duration    // of former values; 0 is 7 days
	Tombstones    time.Duration    // how long tombstones are kept; 0 is 30 days
	SearchLimit   time.Duration    // of one list, count or preview; 0 is 30 seconds
	// OnJob is called after this process has committed an event, with the context of
	// who asked for the transaction. It must be quick. nil is nothing.
	OnJob       func(context.Context, job.Event)
	MaxOpenJobs int // bulk jobs of one workspace at a time; it may have ten times as many single jobs. 0 is 10,000
}

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	db         *sqldb.DB
	models     *model.Registry
	log        *slog.Logger
	keep       time.Duration
	undo       time.Duration
	tombstones time.Duration // how long a tombstone is kept

	searching   *sqldb.FairSemaphore // limits searches
	resolving   *sqldb.FairSemaphore // limits the jobs that are resolved at the same time
	searchLimit time.Duration

	hub      hub
	onJob    func(context.Context, job.Event)
	open     *openJobs
	uses     *keyUses
	failures *failedSignIns
	notified chan struct{} // holds a value when there are new wake-ups in the outbox

	files fileLimits

	webhooksDue chan struct{} // holds a value when webhooks have become due
}

// CheckAddress returns an error that says why [Open] would not understand an
// address. It does not quote the address, which may contain a password.
func CheckAddress(address string) error { return sqldb.CheckAddress(address) }

// ErrNoDatabase says that an address names no database of bulkpatch.
var ErrNoDatabase = sqldb.ErrNoDatabase

// Open opens the database at address: "postgres://…", or "sqlite://PATH", whose
// file it creates if it does not exist, readable by its owner alone. It creates no
// tables: call [Store.Migrate] before anything else. It logs a warning when other
// users can read a file of the database. Its errors are sentences for the user,
// without the password.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	return open(ctx, "", address, o)
}

// OpenExisting is [Open] for a database that has to exist. Without one, or without
// our tables in it, it changes nothing and returns an error that wraps
// [ErrNoDatabase].
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

// open is Open with the name of a driver. Tests give one that fails when they say.
func open(ctx context.Context, driver, address string, o Options) (*Store, error) {
	if err := CheckAddress(address); err != nil {
		return nil, fmt.Errorf("the database's address %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := sqldb.Open(ctx, sqldb.Options{Driver: driver, Address: address, Now: o.Now})
	if err != nil {
		return nil, inWordsOfJob(err)
	}
	s := &Store{
		db: db, models: o.Models, log: o.Log,
		keep: orDefault(o.Retention, 30*24*time.Hour), undo: orDefault(o.UndoRetention, 7*24*time.Hour),
		tombstones: orDefault(o.Tombstones, 30*24*time.Hour),
		searching:  sqldb.NewFairSemaphore(db.Sizes.Searches), resolving: sqldb.NewFairSemaphore(db.Sizes.Long), searchLimit: orDefault(o.SearchLimit, job.QueryLimit),
		notified: make(chan struct{}, 1), webhooksDue: make(chan struct{}, 1),
	}
	s.files = fileLimits{write: uploadBytes, total: job.MaxFilesBytes}
	s.open = newOpenJobs(cmp.Or(o.MaxOpenJobs, defaultOpenJobs), func() time.Time { return s.db.Now() }, s.countOpen)
	if s.onJob = o.OnJob; s.onJob == nil {
		s.onJob = func(context.Context, job.Event) {}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.uses, s.failures = newKeyUses(s.writeUses), newFailedSignIns(s.writeFailures)
	db.Warn(s.log)
	return s, nil
}

// Close writes which keys were used and which sign-ins failed, waits for the transactions in progress, rolls
// back those that take too long, and closes the database. No method may be called
// after it.
func (s *Store) Close() error {
	s.uses.close()
	s.failures.close()
	return s.db.Close()
}

// Ping returns nil when the database can be written to, and can be read on the
// connections for look-ups.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	if err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM settings`); err != nil {
		return s.classify(err)
	}
	return s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE settings SET value = value WHERE name = 'signing_key'`)
	})
}

// Reachable returns nil when the database can be read and a transaction can be
// committed. Unlike [Store.Ping] it writes nothing, so it may be called often.
func (s *Store) Reachable(ctx context.Context) error {
	var n int
	if err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM settings`); err != nil {
		return s.classify(err)
	}
	return s.inTx(ctx, func(*tx) error { return nil })
}

// Notified receives a value soon after this process has written a wake-up to the
// outbox.
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

// toMicros is the inverse of microsPtr.
func toMicros(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	us := t.UnixMicro()
	return &us
}

// found returns [job.ErrNotFound] unless a query has found a row.
func found(ok bool) error {
	if !ok {
		return job.ErrNotFound
	}
	return nil
}
