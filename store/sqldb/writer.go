package sqldb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/trace"
)

// A Size says how a transaction is scheduled and how long it may take.
type Size int

const (
	Small   Size = iota // quick; may share its commit with others
	Large               // may take tens of milliseconds; small ones that wait run first
	Chunked             // large, and ended with [ErrTooSlow] when it takes much longer
	Endless             // without a time limit
)

// maxMembers bounds the small transactions of one commit, and so how long
// the first of them waits for the last.
const maxMembers = 128

// lockWait is how long a transaction waits for another process that writes, and
// lockPoll is the time between two attempts. The busy handler of SQLite sleeps
// for up to 100 ms, and so would miss the short gaps between the chunks of the
// other process.
const (
	lockWait = 5 * time.Second
	lockPoll = time.Millisecond
)

// A member is one transaction in the writer's queue.
type member struct {
	fn   func(*Tx) error
	size Size
	tx   *Tx
	span trace.Span
	done chan error // gets the result once

	mu      sync.Mutex
	started bool
	gone    bool // its caller stopped waiting before the start
}

// start reports whether a caller still waits for the member. If so, leave
// returns false from then on: the caller waits for the result.
func (m *member) start() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started = !m.gone
	return m.started
}

// leave reports whether the caller may stop waiting: the member has not started,
// and never will.
func (m *member) leave() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = !m.started
	return m.gone
}

// A Writer runs write transactions.
type Writer interface {
	// Do runs fn in a transaction and returns the transaction after its commit.
	// It may run fn more than once; only the last run counts. The context ends
	// the wait for the start, never a transaction that has begun.
	Do(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error)
	// Aim is how long a [Chunked] transaction should take now.
	Aim() time.Duration
	// Mark remembers a moment for [Tx.OthersSince]. A snapshot that is opened
	// later shows everything committed before it.
	Mark() Mark
	// Close waits for the transactions in progress, and rolls back those that
	// take too long. Later calls of Do return [ErrClosed].
	Close() error
}

// A groupWriter writes to SQLite, on one goroutine. It joins small transactions
// that wait at the same time into one commit (group commit), because the sync
// of a commit to the disk costs far more than they do.
type groupWriter struct {
	db    *sqlx.DB // of conn, and of a second connection for the checkpointer
	conn  *sqlx.Conn
	d     *Dialect
	now   func() int64
	stmts statements

	checkpointer checkpointer

	queue [2]chan *member // by size
	quit  chan struct{}
	ended chan struct{}

	waiting waiting
	commits atomic.Int64 // how many times this process has committed
	version atomic.Int64 // SQLite's data_version when it was last read; other processes raise it

	// ctx is the context of large transactions. It ends when Close has waited
	// long enough for the one in progress, which is then rolled back.
	ctx       context.Context
	interrupt context.CancelFunc
	lockWait  time.Duration
	patience  time.Duration // how long a chunk may take
}

func newGroupWriter(db *sqlx.DB, conn *sqlx.Conn, d *Dialect, path string, now func() int64) *groupWriter {
	w := &groupWriter{
		db: db, conn: conn, d: d, now: now, stmts: statements{conn: conn}, checkpointer: checkpointer{path: path, ranAt: time.Now()},
		queue: [2]chan *member{make(chan *member, maxMembers), make(chan *member)},
		quit:  make(chan struct{}), ended: make(chan struct{}),
		lockWait: lockWait, patience: chunkPatience,
	}
	w.ctx, w.interrupt = context.WithCancel(context.Background())
	go w.run()
	return w
}

// closeWait is how long Close waits for the transaction in progress.
const closeWait = 2 * time.Second

// Close implements [Writer].
func (w *groupWriter) Close() error {
	close(w.quit)
	defer time.AfterFunc(closeWait, w.interrupt).Stop()
	<-w.ended
	w.interrupt()
	w.stmts.close()
	// SQLite moves the write-ahead log into the file when the last connection
	// closes, but only if that connection has ever read. After a migration it may
	// not have, and the file of a new database would stay empty.
	_, _ = w.conn.ExecContext(context.Background(), `SELECT 1 FROM sqlite_schema LIMIT 1`)
	return errors.Join(w.conn.Close(), w.db.Close())
}

// Do implements [Writer].
func (w *groupWriter) Do(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	_, span := beginSpan(ctx, "transaction", w.d)
	defer span.End()
	m := &member{fn: fn, size: n, span: span, done: make(chan error, 1)}
	select {
	case w.queue[min(n, Large)] <- m:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-w.ended:
		return nil, ErrClosed
	}
	select {
	case err := <-m.done:
		return m.tx, err
	case <-w.ended:
		return w.atTheEnd(m)
	case <-ctx.Done():
		if m.leave() {
			return nil, ctx.Err()
		}
		err := <-m.done
		return m.tx, err
	}
}

// atTheEnd returns the result of a member that ran while the writer closed, and
// [ErrClosed] for one that never will.
func (w *groupWriter) atTheEnd(m *member) (*Tx, error) {
	select {
	case err := <-m.done:
		return m.tx, err
	default:
		return nil, ErrClosed
	}
}

func (w *groupWriter) run() {
	defer close(w.ended)
	for {
		// Small before large: users wait for the small ones.
		select {
		case m := <-w.queue[Small]:
			w.commit(w.gather(m))
			continue
		case <-w.quit:
			return
		default:
		}
		select {
		case m := <-w.queue[Small]:
			w.commit(w.gather(m))
		case m := <-w.queue[Large]:
			w.commit([]*member{m})
			w.waiting.note(len(w.queue[Small]), time.Now())
		case <-w.quit:
			return
		}
	}
}

// limited returns the context of a transaction. It is called when the write lock
// is taken, so the time limit of a chunk does not include the wait for it.
func (w *groupWriter) limited(n Size) (context.Context, context.CancelFunc) {
	switch n {
	case Small:
		return context.Background(), func() {}
	case Chunked:
		return context.WithTimeoutCause(w.ctx, w.patience, ErrTooSlow)
	}
	return w.ctx, func() {}
}

// gather returns first and the small transactions that are waiting now.
func (w *groupWriter) gather(first *member) []*member {
	batch := []*member{first}
	for len(batch) < maxMembers {
		select {
		case m := <-w.queue[Small]:
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction and sends each member its result after
// the COMMIT. A member that failed gets its own error. When the transaction as a
// whole fails, all others get that error.
func (w *groupWriter) commit(batch []*member) {
	results := make([]error, len(batch))
	whole := w.transact(batch, results)
	for i, m := range batch {
		if whole != nil && results[i] == nil {
			results[i] = whole
		}
		m.done <- results[i]
	}
	w.checkpointer.run(w, errors.Join(results[0], whole))
}

func (w *groupWriter) transact(batch []*member, results []error) error {
	if err := w.begin(w.lockWait); err != nil {
		return err
	}
	now, began := w.now(), time.Now()
	ctx, cancel := w.limited(batch[0].size)
	defer cancel()
	for i, m := range batch {
		if !m.start() {
			results[i] = context.Canceled
			continue
		}
		m.span.Event("began")
		m.tx = &Tx{Ctx: m.span.Within(ctx), Session: &w.stmts, Dialect: w.d, Now: now, Clock: w.now, Began: began, others: w.othersSince}
		run := runUnderSavepoint
		if len(batch) == 1 {
			run = runAlone
		}
		results[i] = WithTooSlow(ctx, run(m))
		m.span.Event("to commit")
		if fatal(results[i]) {
			return errors.Join(results[i], w.rollback())
		}
	}
	if len(batch) == 1 && results[0] != nil {
		return w.rollback()
	}
	if _, err := w.conn.ExecContext(context.Background(), `COMMIT`); err != nil {
		return errors.Join(err, w.rollback())
	}
	w.commits.Add(1)
	for _, m := range batch {
		if m.tx != nil {
			m.tx.Took = time.Since(began)
		}
	}
	return nil
}

// WithTooSlow adds [ErrTooSlow] to the error of a statement that was ended by the
// time limit of its context. It returns other errors of the database as they are,
// even if they came after the time limit, as from a slow disk that is full.
func WithTooSlow(ctx context.Context, err error) error {
	if err == nil || fatal(err) || context.Cause(ctx) != ErrTooSlow {
		return err
	}
	return errors.Join(ErrTooSlow, err)
}

// runAlone runs the only member of a transaction.
func runAlone(m *member) error { return m.fn(m.tx) }

// runUnderSavepoint runs a member so that its error undoes nothing of the others.
func runUnderSavepoint(m *member) error {
	return m.tx.Attempt(func() error { return m.fn(m.tx) })
}

// begin takes SQLite's write lock. It waits for the lock at most as long as given.
func (w *groupWriter) begin(wait time.Duration) error {
	deadline := time.Now().Add(wait)
	for {
		_, err := w.conn.ExecContext(context.Background(), `BEGIN IMMEDIATE`)
		code, _, _ := sqliteError(err)
		if code != sqliteBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(lockPoll):
		case <-w.quit:
			return fmt.Errorf("%w: closing", ErrUnavailable)
		}
	}
}

// rollback undoes the transaction. After some errors, such as a full disk, SQLite
// has already done so; that is no error.
func (w *groupWriter) rollback() error {
	_, err := w.conn.ExecContext(context.Background(), `ROLLBACK`)
	if code, _, _ := sqliteError(err); code == sqliteGeneric {
		return nil
	}
	return err
}

// fatal reports whether an error concerns the whole transaction, and not only the
// member that got it.
func fatal(err error) bool {
	code, _, _ := sqliteError(err)
	return slices.Contains([]int{sqliteFull, sqliteIOError, sqliteBusy, sqliteLocked, sqliteNoMemory, sqliteCorrupt, sqliteReadOnly}, code)
}
