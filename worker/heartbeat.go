package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"bulkpatch/job"
)

const (
	// heartbeatEvery is how often a lease shows that it is alive while a long
	// statement runs, and heartbeatAgain how soon it tries again after a fault:
	// twice or more within the sweep's patience.
	heartbeatEvery = 2 * time.Second
	heartbeatAgain = 500 * time.Millisecond
	// heartbeatLimit ends an attempt that gets no connection.
	heartbeatLimit = 2 * time.Second
)

// heartbeats shows signs of life until stop is called. One that fails is tried
// again: the database may have been away for a moment, in which nothing was
// lost. Only a lost lease ends them, and the work with it: the context that is
// returned ends with [job.ErrLeaseLost] as its cause.
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

func (w *Worker) heartbeat(ctx context.Context, l job.Lease) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatLimit)
	defer cancel()
	return w.store.Heartbeat(ctx, l, "")
}

// pause waits, and reports whether the context still stands.
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
