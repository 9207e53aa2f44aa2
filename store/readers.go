package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
)

// Reads have classes, each with connections of its own, so that nothing which
// a caller chooses takes what another class needs:
//
//   - look-ups (read): keys, single jobs and records, what relay and sweep ask.
//     Nothing runs there whose cost a caller chooses.
//   - searches: lists, counts, previews, exports and results. Each has
//     [Options.SearchLimit] in all, the wait for a connection included, and a
//     workspace at most half of the connections.
//   - work: what workers read. Of these some are for resolving, which may take
//     minutes, of which a workspace may have half.
type readers struct {
	read     *sqlx.DB
	searches *sqlx.DB
	work     *sqlx.DB
}

// readerSizes is how many connections each class of reads has, and how many
// of the workers' may resolve jobs at a time.
type readerSizes struct{ lookups, searches, work, resolving int }

// cancelWait is how long a database may take to end a statement whose context
// has ended. After that its connection is given up.
const cancelWait = 5 * time.Second

// searchLimit is how long a search may take unless the options say otherwise.
const searchLimit = 30 * time.Second

// openReaders opens a pool for each class with what opens one of n connections.
func openReaders(sizes readerSizes, open func(n int) (*sqlx.DB, error)) (r readers, err error) {
	for _, class := range []struct {
		db *(*sqlx.DB)
		n  int
	}{{&r.read, sizes.lookups}, {&r.searches, sizes.searches}, {&r.work, sizes.work}} {
		if *class.db, err = open(class.n); err != nil {
			return readers{}, errors.Join(err, r.close())
		}
	}
	return r, nil
}

func (r readers) close() error {
	var errs []error
	for _, db := range []*sqlx.DB{r.read, r.searches, r.work} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// inSnapshot runs fn on one unchanging view of the database, for a look-up.
func (s *Store) inSnapshot(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.read, fn)
}

// inWork is inSnapshot for what a worker reads in some hundred milliseconds,
// beside what resolves.
func (s *Store) inWork(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.work, fn)
}

// inSearch runs fn on one unchanging view of the database, with a context that
// ends when the time is up. [job.ErrQueryTimeout]: it is, also where there was
// no turn until then.
func (s *Store) inSearch(ctx context.Context, ws int64, fn func(context.Context, *sqlx.Tx) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, s.searchLimit, job.ErrQueryTimeout)
	defer cancel()
	leave, err := s.searching.enter(bounded, ws)
	if err == nil {
		defer leave()
		err = s.snapshot(bounded, s.searches, func(t *sqlx.Tx) error { return fn(bounded, t) })
	}
	return ownEnd(bounded, err)
}

// ownEnd is the reason for which a context has ended in place of what the
// database said to that, if it has.
func ownEnd(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w (%v)", context.Cause(ctx), err)
}

// turnWait is how long a worker waits for its turn to resolve a job. Then it
// does something else: others' work needs it, too.
const turnWait = 200 * time.Millisecond

// inResolving runs fn on one unchanging view of the database, [Store.watched],
// when it is the turn of the lease's workspace. [job.ErrNoTurn]: it is not.
func (s *Store) inResolving(ctx context.Context, l job.Lease, fn func(ctx context.Context, t *sqlx.Tx, examined func(part float64)) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, turnWait, job.ErrNoTurn)
	defer cancel()
	leave, err := s.resolving.enter(bounded, l.Workspace)
	if err != nil {
		return ownEnd(bounded, err)
	}
	defer leave()
	if err := s.waitsNoMore(ctx, l); err != nil {
		return err
	}
	return s.watched(ctx, l, func(ctx context.Context, examined func(float64)) error {
		return s.snapshot(ctx, s.work, func(t *sqlx.Tx) error { return fn(ctx, t, examined) })
	})
}

// waitsNoMore takes back what a shard was waiting for before it was claimed,
// where a user still sees it.
func (s *Store) waitsNoMore(ctx context.Context, l job.Lease) error {
	var reason []string
	err := s.read.SelectContext(ctx, &reason, s.Dialect.Rebind(`SELECT wait_reason FROM shards
		WHERE workspace = ? AND job = ? AND no = ? AND wait_reason IS NOT NULL`), l.Workspace, l.Job, l.Shard)
	if err != nil || len(reason) == 0 {
		return s.classify(err)
	}
	return s.inTx(ctx, func(t *tx) error {
		t.touch(l.JobID)
		return t.Run(`UPDATE shards SET wait_reason = NULL, revision = revision + 1 WHERE workspace = ? AND job = ? AND no = ? AND epoch = ?`,
			l.Workspace, l.Job, l.Shard, l.Epoch)
	})
}

// snapshot runs fn in a transaction that only reads. Its context ends the wait
// for a connection, and fn's statements end with it. The transaction has one
// of its own that lasts a little longer, so that it is rolled back, and its
// connection is whole, where only a statement was ended.
func (s *Store) snapshot(ctx context.Context, db *sqlx.DB, fn func(*sqlx.Tx) error) error {
	conn, err := db.Connx(ctx)
	if err != nil {
		return s.classify(err)
	}
	defer conn.Close()
	own, end := outlasting(ctx, cancelWait)
	defer end()
	t, err := conn.BeginTxx(own, s.Dialect.Snapshot)
	if err != nil {
		return s.classify(err)
	}
	defer t.Rollback()
	return s.classify(fn(t))
}

// outlasting is a context that ends a while after another one, or by end.
func outlasting(ctx context.Context, by time.Duration) (own context.Context, end func()) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return own, func() { stop(); cancel() }
}
