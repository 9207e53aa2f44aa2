package worker

import (
	"context"
	"time"
)

// retireEvery is how often the worker looks for what its retention has ended
// for.
const retireEvery = time.Minute

// retireUntil removes, until the context ends, what has been kept for its
// time: step by small step, so that it holds nobody up. Any number of
// processes may do so.
func (w *Worker) retireUntil(ctx context.Context) {
	tick := time.NewTicker(retireEvery)
	defer tick.Stop()
	for {
		logFault(ctx, w.log, "what has been kept for its time could not be removed", w.retire(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// retire takes step after step until nothing is left to do.
func (w *Worker) retire(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = w.store.Retire(ctx); err != nil {
			return err
		}
	}
	return nil
}
