package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"bulkpatch/job"
)

const (
	// heartbeatEvery is the time between two heartbeats of a lease, and
	// heartbeatAgain the time after a heartbeat that failed. Both are short
	// enough for two heartbeats within the sweep's patience.
	heartbeatEvery = 2 * time.Second
	heartbeatAgain = 500 * time.Millisecond
	// heartbeatLimit is the time limit of one heartbeat.
	heartbeatLimit = 2 * time.Second
)

// heartbeats writes the lease's heartbeat again and again until stop is called.
// It retries a heartbeat that failed, because a database that was away for a
// moment has lost nothing. A lost lease ends the heartbeats and the work: the
// context that is returned is then cancelled, with [job.ErrLeaseLost] as its
// cause.
func (w *Worker) heartbeats(ctx context.Context, l job.Lease) (work context.Context, stop func()) {
	work, lose := context.WithCancelCause(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		for wait := heartbeatEvery; sleep(work, wait); {
			switch err := w.heartbeat(work, l); {
			case errors.Is(err, job.ErrLeaseLost):
				lose(err)
			case err != nil:
				wait = heartbeatAgain
			default:
				wait = heartbeatEvery
			}
		}
	})
	return work, func() {
		lose(context.Canceled)
		ended.Wait()
	}
}

// heartbeat writes one heartbeat.
func (w *Worker) heartbeat(ctx context.Context, l job.Lease) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatLimit)
	defer cancel()
	return w.store.Heartbeat(ctx, l, "")
}

// sleep waits for a time, or until the context ends, and reports whether the
// context is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
