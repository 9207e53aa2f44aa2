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
)

// size says how a transaction is scheduled.
type Size int

const (
	Small   Size = iota // quick; may share its commit with others
	Large               // may take tens of milliseconds; small ones that wait go first
	Chunked             // large, and ended with [errTooSlow] when it takes much longer
	Endless             // takes as long as it takes: a migration
)

// maxMembers bounds the small transactions of one commit, and so how long
// the first of them waits for the last.
const maxMembers = 128

// lockWait is how long a transaction waits for another process that writes,
// and lockPoll how often it asks. SQLite's own busy handler backs off to
// 100 ms, by which a process would never get in between another's chunks.
const (
	lockWait = 5 * time.Second
	lockPoll = time.Millisecond
)

// A member is one transaction in the writer's queue.
type member struct {
	fn   func(*Tx) error
	size Size
	tx   *Tx
	done chan error // gets the result once

	mu      sync.Mutex
	started bool
	gone    bool // the caller left before the start
}

// start reports whether the member is still wanted, after which its caller
// waits for the result.
func (m *member) start() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started = !m.gone
	return m.started
}

// leave reports whether the caller may go: the member has not started and
// never will.
func (m *member) leave() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = !m.started
	return m.gone
}

// A writer runs write transactions.
type Writer interface {
	// do runs fn in a transaction and returns after its commit, with the
	// transaction as it then was. It may run fn more than once, of which the
	// last counts. The context ends the wait for a turn, never a transaction
	// that has begun.
	Do(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error)
	// aim is how long a chunk should take now.
	Aim() time.Duration
	// mark remembers a moment, for [Tx.OthersSince]: what a snapshot shows that
	// is opened after it.
	Mark() Mark
	// close waits for the transactions in progress, or rolls back those that
	// take too long. Nothing runs after it.
	Close() error
}

// A groupWriter is the one goroutine that writes to SQLite. Small transactions
// that wait at the same time join into one commit, because on a disk that
// keeps its promises the sync of a commit costs far more than they do.
type groupWriter struct {
	db    *sqlx.DB // has the connection that writes, and lends the keeper another
	conn  *sqlx.Conn
	d     *Dialect
	now   func() int64
	stmts statements

	checkpointer checkpointer

	queue [2]chan *member // by size
	quit  chan struct{}
	ended chan struct{}

	waiting waiting
	commits atomic.Int64 // transactions that this process has committed
	version atomic.Int64 // SQLite's data_version when a chunk last looked: raised by other processes

	// A large transaction runs under a context that ends when the writer has
	// waited for it long enough at the end; what it did is rolled back.
	ctx       context.Context
	interrupt context.CancelFunc
	lockWait  time.Duration
	patience  time.Duration // with a chunk
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

// closeWait is how long the writer waits for the transaction in progress.
const closeWait = 2 * time.Second

// close ends the goroutine after the transaction in progress, or rolls that
// back when it takes too long.
func (w *groupWriter) Close() error {
	close(w.quit)
	defer time.AfterFunc(closeWait, w.interrupt).Stop()
	<-w.ended
	w.interrupt()
	w.stmts.close()
	// SQLite moves its log into the file when the last connection closes, unless
	// that one has never read, as after a migration alone: the file of a new
	// database would stay empty.
	_, _ = w.conn.ExecContext(context.Background(), `SELECT 1 FROM sqlite_schema LIMIT 1`)
	return errors.Join(w.conn.Close(), w.db.Close())
}

// do is one turn in the queue, or a part of one.
func (w *groupWriter) Do(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m := &member{fn: fn, size: n, done: make(chan error, 1)}
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

// atTheEnd tells a member that ran as the writer closed from one that never
// will.
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
		// Small before large: whoever waits for a page waits for these.
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

// limited is the context of a transaction that has begun: a chunk has a time
// limit, of which the wait for the lock of another process is no part.
func (w *groupWriter) limited(n Size) (context.Context, context.CancelFunc) {
	switch n {
	case Small:
		return context.Background(), func() {}
	case Chunked:
		return context.WithTimeoutCause(w.ctx, w.patience, ErrTooSlow)
	}
	return w.ctx, func() {}
}

// gather takes the small transactions that are waiting right now.
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

// commit runs a batch in one transaction and answers each member after the
// COMMIT: a member whose own work failed gets its error, and when the
// transaction as a whole fails, everybody does.
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
		m.tx = &Tx{Ctx: ctx, Session: &w.stmts, Dialect: w.d, Now: now, Clock: w.now, Began: began, others: w.othersSince}
		results[i] = w.runMember(m, len(batch) == 1)
		results[i] = WithTooSlow(ctx, results[i])
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

// tooSlow adds that a statement was ended by its time limit to the error that
// this made. A fault of the store's, of a slow disk that is full for instance,
// stays one.
func WithTooSlow(ctx context.Context, err error) error {
	if err == nil || fatal(err) || context.Cause(ctx) != ErrTooSlow {
		return err
	}
	return errors.Join(ErrTooSlow, err)
}

// runMember runs one member, under a savepoint unless it is alone.
func (w *groupWriter) runMember(m *member, alone bool) error {
	if alone {
		return m.fn(m.tx)
	}
	return m.tx.Attempt(func() error { return m.fn(m.tx) })
}

// begin takes SQLite's write lock, and waits for it if it must.
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

// rollback undoes the transaction. SQLite may have done so by itself, after
// a full disk for instance; then there is nothing to undo, which is no error.
func (w *groupWriter) rollback() error {
	_, err := w.conn.ExecContext(context.Background(), `ROLLBACK`)
	if code, _, _ := sqliteError(err); code == sqliteGeneric {
		return nil
	}
	return err
}

// fatal reports whether an error concerns the whole transaction and not only
// the member it met.
func fatal(err error) bool {
	code, _, _ := sqliteError(err)
	return slices.Contains([]int{sqliteFull, sqliteIOError, sqliteBusy, sqliteLocked, sqliteNoMemory, sqliteCorrupt, sqliteReadOnly}, code)
}
