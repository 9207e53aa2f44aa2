package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// watchEvery is how often a job that is being resolved is looked at: whether it
// still is to be, and how far it is.
const watchEvery = 500 * time.Millisecond

// watched runs fn with a context that ends as soon as the lease does not hold
// any more, or the job is to stop: with [job.ErrLeaseLost] or [job.ErrStopped],
// as [tx.fence] has it. Meanwhile it keeps, for users to see, what part of the
// model fn says it has examined.
func (s *Store) watched(ctx context.Context, l job.Lease, fn func(ctx context.Context, examined func(part float64)) error) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var permille atomic.Int64
	var watching sync.WaitGroup
	over := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for kept := int64(0); ; {
			select {
			case <-over:
				return
			case <-tick.C:
			}
			now := permille.Load()
			err := s.look(ctx, l, now > kept, now)
			if errors.Is(err, job.ErrLeaseLost) || errors.Is(err, job.ErrStopped) {
				end(err)
				return
			}
			if err == nil {
				kept = now // else what keeps it from the database is met by fn, too, or passes
			}
		}
	})
	err := fn(ctx, func(part float64) { permille.Store(int64(part * 1000)) })
	close(over)
	watching.Wait()
	return ownEnd(ctx, err)
}

// look checks the lease's fence without a lock, and keeps the progress where it
// has moved. It only ever grows: a job that is resolved anew, after a crash,
// shows what it had reached before.
func (s *Store) look(ctx context.Context, l job.Lease, moved bool, permille int64) error {
	var row fenceRow
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &row, s.db.Dialect.Rebind(fenceQuery), l.Workspace, l.Job, l.Shard))
	if err != nil {
		return err
	}
	if err := row.check(ok, l, job.Resolving); err != nil || !moved {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		n, err := t.Exec(`UPDATE shards SET resolved = ?, beat = beat + 1, beat_at = ?, revision = revision + 1
			WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND resolved < ?`,
			permille, t.Now, l.Workspace, l.Job, l.Shard, l.Epoch, permille)
		if n > 0 {
			t.touch(l.JobID)
		}
		return err
	})
}
