package store

import (
	"context"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// A tx is a write transaction that also remembers what to tell others once it
// has been committed.
type tx struct {
	*sqldb.Tx
	asker   context.Context // of who asked for it: log lines of its events belong to that trace
	touched []string        // the jobs it changed, which users may be watching
	events  []job.Event     // for [Options.OnJob]
	woke    bool            // it wrote a wake-up to the outbox
	calls   bool            // it made a webhook due
}

// touch notes that the transaction changed a job that users may be watching.
func (t *tx) touch(jobID string) { t.touched = append(t.touched, jobID) }

// do runs a transaction; see [sqldb.Writer]. Pass its results to [Store.after].
func (s *Store) do(ctx context.Context, n sqldb.Size, fn func(*tx) error) (t *tx, err error) {
	_, err = s.db.Writer.Do(ctx, n, func(plain *sqldb.Tx) error {
		t = &tx{Tx: plain, asker: ctx} // each try begins with nothing to tell
		return fn(t)
	})
	return t, err
}

// inTx runs a small transaction. Many may share one commit, so fn must be quick.
// When inTx returns nil, everything that fn did is on disk. If the transaction
// loses a race, it runs fn again from the start.
func (s *Store) inTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.do(ctx, sqldb.Small, fn))
}

// inLargeTx is inTx for a transaction that may take tens of milliseconds. Small
// ones that wait run first.
func (s *Store) inLargeTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.do(ctx, sqldb.Large, fn))
}

// after notifies everybody who waits for what a committed transaction has changed.
// If the transaction failed, it classifies the error and returns it.
func (s *Store) after(t *tx, err error) error {
	if err != nil {
		return s.classify(err)
	}
	s.hub.notify(t.touched)
	for _, e := range t.events {
		s.onJob(t.asker, e)
	}
	if t.woke {
		notify(s.notified)
	}
	if t.calls {
		notify(s.webhooksDue)
	}
	return nil
}

// notify leaves a value in a channel that holds one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// A statement is SQL, or a part of it, with its arguments.
type statement struct {
	text string
	args []any
}

// add adds a condition that must hold as well.
func (s *statement) add(condition string, args ...any) {
	if s.text != "" {
		s.text += " AND "
	}
	s.text += condition
	s.args = append(s.args, args...)
}
