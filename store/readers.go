package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
)

// There are three classes of reads, each with connections of its own (see
// [sqldb.Pools]), so that no class can take the connections that another needs:
//
//   - Look-ups: keys, single jobs and records, and the queries of relay and sweep.
//     Nothing runs there whose cost a caller chooses.
//   - Searches: lists, counts, previews, exports and results. A search may take
//     [Options.SearchLimit], including the wait for a connection. One workspace
//     uses at most half of the connections.
//   - Work: what workers read. Some of these connections are for resolving jobs,
//     which may take minutes. One workspace uses at most half of those.

// inSnapshot runs fn on one unchanging state of the database, for a look-up.
func (s *Store) inSnapshot(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.db.Lookups, fn)
}

// inWork is inSnapshot for what a worker reads in some hundred milliseconds.
func (s *Store) inWork(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.snapshot(ctx, s.db.Work, fn)
}

// inSearch runs fn on one unchanging state of the database, with a context that
// ends after the search limit. Then it returns [job.ErrQueryTimeout], also when it
// was still waiting for a connection.
func (s *Store) inSearch(ctx context.Context, ws int64, fn func(context.Context, *sqlx.Tx) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, s.searchLimit, job.ErrQueryTimeout)
	defer cancel()
	release, err := s.searching.Acquire(bounded, ws)
	if err == nil {
		defer release()
		err = s.snapshot(bounded, s.db.Searches, func(t *sqlx.Tx) error { return fn(bounded, t) })
	}
	return ownEnd(bounded, err)
}

// ownEnd replaces the error of a database whose context has ended by the reason
// for that.
func ownEnd(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w (%v)", context.Cause(ctx), err)
}

// resolveWait is how long a worker waits for permission to resolve a job. Then it
// goes on with other work.
const resolveWait = 200 * time.Millisecond

// inResolving runs fn on one unchanging state of the database, and with
// [Store.watched]. It returns [job.ErrResolvingFull] if the workspace of the lease
// already has as many jobs that are being resolved as it may have.
func (s *Store) inResolving(ctx context.Context, l job.Lease, fn func(ctx context.Context, t *sqlx.Tx, examined func(part float64)) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, resolveWait, job.ErrResolvingFull)
	defer cancel()
	release, err := s.resolving.Acquire(bounded, l.Workspace)
	if err != nil {
		return ownEnd(bounded, err)
	}
	defer release()
	if err := s.waitsNoMore(ctx, l); err != nil {
		return err
	}
	return s.watched(ctx, l, func(ctx context.Context, examined func(float64)) error {
		return s.snapshot(ctx, s.db.Work, func(t *sqlx.Tx) error { return fn(ctx, t, examined) })
	})
}

// waitsNoMore clears the reason for which a shard was waiting before it was
// claimed. Users would still see it.
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

// snapshot is [sqldb.DB.Snapshot] with a classified error.
func (s *Store) snapshot(ctx context.Context, pool *sqlx.DB, fn func(*sqlx.Tx) error) error {
	return s.classify(s.db.Snapshot(ctx, pool, fn))
}
