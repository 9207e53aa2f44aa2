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

// watchEvery is how often a job that is being resolved is checked: whether it
// is to go on, and how far it has come.
const watchEvery = 500 * time.Millisecond

// watched runs fn with a context that is cancelled as soon as the lease is lost
// or the job is to stop. The cause is then one of the errors that [tx.fence]
// returns. Meanwhile it stores, for users
// to see, what part of the model fn reports as examined.
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
			err := s.checkLease(ctx, l)
			if err == nil && now > kept {
				err = s.keepProgress(ctx, l, now)
			}
			if errors.Is(err, job.ErrLeaseLost) || errors.Is(err, job.ErrStopped) || errors.Is(err, job.ErrBraked) {
				end(err)
				return
			}
			if err == nil {
				kept = now // fn meets any other error of the database itself, or it passes
			}
		}
	})
	err := fn(ctx, func(part float64) { permille.Store(int64(part * 1000)) })
	close(over)
	watching.Wait()
	return ownEnd(ctx, err)
}

// checkLease checks what [tx.fence] checks, without a lock.
func (s *Store) checkLease(ctx context.Context, l job.Lease) error {
	row := noFence
	if _, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &row, s.db.Dialect.Rebind(fenceQuery), l.Workspace, l.Job, l.Shard)); err != nil {
		return err
	}
	if err := row.check(l, job.Resolving); err != nil || !l.Kind.Braked() {
		return err
	}
	return s.checkBrake(ctx, l.Workspace)
}

// keepProgress stores the progress, which only ever grows: a job that is
// resolved again after a crash shows what it had reached before.
func (s *Store) keepProgress(ctx context.Context, l job.Lease, permille int64) error {
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
