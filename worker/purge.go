package worker

import (
	"context"
	"time"
)

// retireEvery is how often the worker looks for what its retention has ended
// for.
const purgeEvery = time.Minute

// retireUntil removes, until the context ends, what has been kept for its
// time: step by small step, so that it holds nobody up. Any number of
// processes may do so.
func (w *Worker) purgeUntil(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		logFault(ctx, w.log, "what has been kept for its time could not be removed", w.purge(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// retire takes step after step until nothing is left to do.
func (w *Worker) purge(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = w.store.Purge(ctx); err != nil {
			return err
		}
	}
	return nil
}
