package worker

import (
	"context"
	"errors"
	"time"

	"bulkpatch/job"
)

// How long work that could not be begun waits for its next wake-up: a little
// longer each time, since the next worker may have the model that this one
// lacks, but none may have it; and longer at once after a fault of the store,
// which another worker would meet as well.
const (
	otherModelPause = 20 * time.Millisecond
	otherModelMost  = time.Second
	faultMost       = time.Minute // from faultPause on
)

// failClaim deals with work that could not be begun. It is answered for at
// once, also at the end of the process: the sweep is for work that nobody
// answers for.
func (w *Worker) failClaim(ctx context.Context, r job.WakeUp, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	switch {
	case errors.Is(err, job.ErrLeaseLost):
		// Somebody else has it, or it has ended.
	case errors.Is(err, job.ErrStopped):
		w.logError(r.Ref, w.store.Settle(ctx, r.Ref))
	case errors.Is(err, job.ErrOtherModel):
		w.putBack(ctx, again(r, otherModelPause, otherModelMost), job.WaitModel)
	case errors.Is(err, context.Canceled):
		w.putBack(ctx, again(r, 0, 0), "")
	case errors.Is(err, job.ErrStorageFull):
		w.logError(r.Ref, err)
		w.putBack(ctx, again(r, faultPause, faultMost), job.WaitStorage)
	case errors.Is(err, job.ErrUnavailable):
		w.logError(r.Ref, err)
		w.putBack(ctx, again(r, faultPause, faultMost), job.WaitDatabase)
	default:
		w.logError(r.Ref, err)
		w.logError(r.Ref, w.waitOrStop(ctx, r, func() error {
			return w.store.PutBack(ctx, again(r, faultPause, faultMost), job.WaitDatabase)
		}))
	}
}

// again is a wake-up that waits an eighth longer than it did the last time.
func again(r job.WakeUp, least, most time.Duration) job.WakeUp {
	waited := time.Duration(r.Wait) * time.Microsecond
	r.Wait = min(max(least, waited+waited/8), most).Microseconds()
	return r
}

func (w *Worker) putBack(ctx context.Context, r job.WakeUp, reason string) {
	w.logError(r.Ref, w.store.PutBack(ctx, r, reason))
}

func (w *Worker) logError(ref job.Ref, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		w.log.Log(context.Background(), levelOf(err), "work could not be taken; it will be taken again", "num", ref.Job, "shard", ref.Shard, "error", err)
	}
}
