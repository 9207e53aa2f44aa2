package worker

import (
	"context"
	"time"
)

// purgeEvery is how often the worker looks for expired jobs and other rows whose
// retention is over.
const purgeEvery = time.Minute

// purgeUntil purges again and again until the context ends. Any number of
// processes may do so at the same time.
func (w *Worker) purgeUntil(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		logFault(ctx, w.log, "expired data could not be purged; it will be retried", w.purge(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// purge deletes expired rows until none is left: in small transactions, so that
// none holds up other writers for long.
func (w *Worker) purge(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = w.store.Purge(ctx); err != nil {
			return err
		}
	}
	return nil
}
