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
	touched []string    // jobs that users may be watching
	events  []job.Event // for whoever counts them
	woke    bool        // it wrote to the outbox
}

// touch notes that the transaction changed a job that users may be watching.
func (t *tx) touch(jobID string) { t.touched = append(t.touched, jobID) }

// do runs a transaction of a size, as [writer] describes. It tells nobody; see
// [Store.after].
func (s *Store) do(ctx context.Context, n sqldb.Size, fn func(*tx) error) (t *tx, err error) {
	_, err = s.db.Writer.Do(ctx, n, func(plain *sqldb.Tx) error {
		t = &tx{Tx: plain} // each try begins with nothing to tell
		return fn(t)
	})
	return t, err
}

// inTx runs a small transaction. Many of them may share one commit, so fn
// must be quick. When inTx returns nil, everything fn did is on disk. It may
// run fn again from the start, after a transaction that lost a race.
func (s *Store) inTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.do(ctx, sqldb.Small, fn))
}

// inLargeTx runs a transaction that may take tens of milliseconds. Small
// ones that are waiting go first.
func (s *Store) inLargeTx(ctx context.Context, fn func(*tx) error) error {
	return s.after(s.do(ctx, sqldb.Large, fn))
}

// after tells whoever waits what a committed transaction touched.
func (s *Store) after(t *tx, err error) error {
	if err != nil {
		return s.classify(err)
	}
	s.hub.notify(t.touched)
	for _, e := range t.events {
		s.onJob(e)
	}
	if t.woke {
		select {
		case s.notified <- struct{}{}:
		default:
		}
	}
	return nil
}

// A Statement is a text, or a part of one, with its arguments.
type Statement struct {
	Text string
	Args []any
}
