package sqldb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/trace"
)

const (
	// lostTries bounds how often a transaction that lost a race starts again.
	lostTries = 8
	// lostPause times the number of tries so far is the longest wait before the
	// next one. The wait is random, so that two transactions that met each other
	// do not meet again.
	lostPause = 10 * time.Millisecond
)

// limits is how long a transaction of each size may take as a whole. It ends a
// transaction whose server can no longer be reached; a slow statement is ended
// sooner, by statement_timeout.
var limits = map[Size]time.Duration{Small: 30 * time.Second, Large: 2 * time.Minute, Chunked: 15 * time.Second, Endless: 24 * time.Hour}

// How long one statement may take, and how long it may wait for one lock. A
// statement can wait for two locks in turn: for the one before it in the queue
// for a record, and then for the holder. Both waits together are shorter than
// the limit of the statement. So a statement that reaches its limit is slow by
// itself.
const (
	writeStatement = 25 * time.Second
	writeLock      = 12 * time.Second
	chunkStatement = 3 * time.Second
	chunkLock      = 1400 * time.Millisecond
)

// settings are the statements with which a transaction of a size begins.
var settings = map[Size]string{
	Chunked: fmt.Sprintf(`SELECT set_config('statement_timeout', '%d', true), set_config('lock_timeout', '%d', true)`,
		chunkStatement.Milliseconds(), chunkLock.Milliseconds()),
	Endless: `SET LOCAL statement_timeout = 0`,
}

// statementLimit is how long one statement of a transaction may take.
func statementLimit(n Size) time.Duration {
	if n == Chunked {
		return chunkStatement
	}
	return writeStatement
}

// aimPooled is how long a chunk should take, which is how long it holds the locks
// on its records.
const aimPooled = 250 * time.Millisecond

// Aim implements [Writer].
func (w *pooledWriter) Aim() time.Duration { return aimPooled }

// Mark implements [Writer]. Nobody uses it on PostgreSQL, where a chunk is read by
// the statement that locks its records.
func (w *pooledWriter) Mark() Mark { return Mark{} }

// A pooledWriter runs each transaction on a connection of its own, many at the
// same time. The server isolates them.
type pooledWriter struct {
	db    *DB // whose clock and dialect transactions have
	pool  *sqlx.DB
	tune  func(context.Context, sqlx.QueryerContext) error // sets the clock by the server's
	large chan struct{}                                    // holds a value for each large transaction that runs

	ctx       context.Context // of all transactions
	interrupt context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// newPooledWriter returns a writer that runs at most so many large transactions
// at the same time, and so leaves some connections of the pool to small ones.
func newPooledWriter(db *DB, pool *sqlx.DB, tune func(context.Context, sqlx.QueryerContext) error, large int) *pooledWriter {
	w := &pooledWriter{db: db, pool: pool, tune: tune, large: make(chan struct{}, large)}
	w.ctx, w.interrupt = context.WithCancel(context.Background())
	return w
}

// Close implements [Writer].
func (w *pooledWriter) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	timer := time.AfterFunc(closeWait, w.interrupt)
	w.running.Wait()
	timer.Stop()
	w.interrupt()
	return w.pool.Close()
}

// Do implements [Writer]. It runs a transaction that lost a race again.
func (w *pooledWriter) Do(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error) {
	ctx, span := beginSpan(ctx, "transaction", w.db.Dialect)
	defer span.End()
	leave, err := w.enter(ctx, n)
	if err != nil {
		return nil, err
	}
	defer leave()
	for try := 1; ; try++ {
		t, err := w.once(ctx, n, fn)
		if !postgresLost(err) {
			return t, err
		}
		if try == lostTries {
			return nil, errors.Join(ErrUnavailable, err)
		}
		select {
		case <-time.After(rand.N(time.Duration(try) * lostPause)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// enter waits until a transaction may run: a small one at once, a large one when
// there is room. The writer does not close until leave is called.
func (w *pooledWriter) enter(ctx context.Context, n Size) (leave func(), err error) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil, ErrClosed
	}
	w.running.Add(1)
	w.mu.Unlock()
	if n == Small {
		return w.running.Done, nil
	}
	select {
	case w.large <- struct{}{}:
		return func() { <-w.large; w.running.Done() }, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-w.ctx.Done():
		err = ErrClosed
	}
	w.running.Done()
	return nil, err
}

// once runs a transaction one time. The context ends the wait for a connection.
// After that the transaction has a context of its own.
func (w *pooledWriter) once(ctx context.Context, n Size, fn func(*Tx) error) (*Tx, error) {
	conn, err := w.pool.Connx(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	span := trace.Of(ctx)
	ctx, cancel := context.WithTimeout(span.Within(w.ctx), limits[n])
	defer cancel()
	t, err := w.transact(ctx, conn, n, fn)
	if n == Chunked && ctx.Err() == nil && t.TookTooLong(err) {
		err = errors.Join(ErrTooSlow, err)
	}
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return t, err
}

func (w *pooledWriter) transact(ctx context.Context, conn *sqlx.Conn, n Size, fn func(*Tx) error) (*Tx, error) {
	if err := w.tune(ctx, conn); err != nil {
		return nil, err
	}
	db, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer db.Rollback() // does nothing after a COMMIT
	t := &Tx{Ctx: ctx, Session: db, Dialect: w.db.Dialect, Now: w.micros(), Clock: w.micros, Began: time.Now(), limit: statementLimit(n)}
	if text := settings[n]; text != "" {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return nil, err
		}
	}
	span := trace.Of(ctx)
	span.Event("began")
	if err := fn(t); err != nil {
		return t, err
	}
	span.Event("to commit")
	err = db.Commit()
	t.Took = time.Since(t.Began)
	return t, err
}

func (w *pooledWriter) micros() int64 { return w.db.Now().UnixMicro() }
