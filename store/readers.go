package store

import (
	"context"
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

// searchLimit is how long a search may take unless the options say otherwise.
const searchLimit = 30 * time.Second

// inSnapshot runs fn on one unchanging view of the database, for a look-up.
func (s *Store) inSnapshot(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.db.Lookups, fn)
}

// inWork is inSnapshot for what a worker reads in some hundred milliseconds,
// beside what resolves.
func (s *Store) inWork(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.db.Work, fn)
}

// inSearch runs fn on one unchanging view of the database, with a context that
// ends when the time is up. [job.ErrQueryTimeout]: it is, also where there was
// no turn until then.
func (s *Store) inSearch(ctx context.Context, ws int64, fn func(context.Context, *sqlx.Tx) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, s.searchLimit, job.ErrQueryTimeout)
	defer cancel()
	leave, err := s.searching.Acquire(bounded, ws)
	if err == nil {
		defer leave()
		err = s.snapshot(bounded, s.db.Searches, func(t *sqlx.Tx) error { return fn(bounded, t) })
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
	leave, err := s.resolving.Acquire(bounded, l.Workspace)
	if err != nil {
		return ownEnd(bounded, err)
	}
	defer leave()
	if err := s.waitsNoMore(ctx, l); err != nil {
		return err
	}
	return s.watched(ctx, l, func(ctx context.Context, examined func(float64)) error {
		return s.snapshot(ctx, s.db.Work, func(t *sqlx.Tx) error { return fn(ctx, t, examined) })
	})
}

// waitsNoMore takes back what a shard was waiting for before it was claimed,
// where a user still sees it.
func (s *Store) waitsNoMore(ctx context.Context, l job.Lease) error {
	var reason []string
	err := s.db.Lookups.SelectContext(ctx, &reason, s.db.Dialect.Rebind(`SELECT wait_reason FROM shards
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

// snapshot is [DB.Snapshot] with a classified error.
func (s *Store) snapshot(ctx context.Context, pool *sqlx.DB, fn func(*sqlx.Tx) error) error {
	return s.classify(s.db.Snapshot(ctx, pool, fn))
}
