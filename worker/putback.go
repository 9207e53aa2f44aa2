package worker

import (
	"context"
	"errors"
	"time"

	"bulkpatch/job"
	"bulkpatch/trace"
)

// How long work that could not be started waits before its next wake-up is sent.
// Without the model the wait is short and grows a little each time: the next
// worker may have the model, but perhaps none does. After a fault of the
// database it is longer from the beginning, because another worker would meet the
// same fault.
const (
	otherModelPause = 20 * time.Millisecond
	otherModelMost  = time.Second
	faultMost       = time.Minute // the first wait is faultPause
)

// startFailed handles work that could not be started, by the reason in err: it
// puts the wake-up back into the outbox, settles the job or fails it. It does so
// during a shutdown, too; otherwise only the sweep would find the work, seconds
// later.
func (w *Worker) startFailed(ctx context.Context, wakeUp job.WakeUp, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	noteError(trace.Of(ctx), err)
	switch {
	case errors.Is(err, job.ErrLeaseLost):
		// Another worker has the work, or it has ended.
	case errors.Is(err, job.ErrStopped):
		w.logError(ctx, wakeUp.Ref, w.store.Settle(ctx, wakeUp.Ref))
	case errors.Is(err, job.ErrOtherModel):
		w.putBack(ctx, later(wakeUp, otherModelPause, otherModelMost), job.WaitModel)
	case errors.Is(err, job.ErrBraked):
		w.putBack(ctx, later(wakeUp, 0, 0), job.WaitBrake)
	case errors.Is(err, context.Canceled):
		w.putBack(ctx, later(wakeUp, 0, 0), "")
	case errors.Is(err, job.ErrStorageFull):
		w.logError(ctx, wakeUp.Ref, err)
		w.putBack(ctx, later(wakeUp, faultPause, faultMost), job.WaitStorage)
	case errors.Is(err, job.ErrUnavailable):
		w.logError(ctx, wakeUp.Ref, err)
		w.putBack(ctx, later(wakeUp, faultPause, faultMost), job.WaitDatabase)
	default:
		w.logError(ctx, wakeUp.Ref, err)
		w.logError(ctx, wakeUp.Ref, w.waitOrFail(ctx, wakeUp, func() error {
			return w.store.PutBack(ctx, later(wakeUp, faultPause, faultMost), job.WaitDatabase)
		}))
	}
}

// later returns the wake-up with a wait that is an eighth longer than the last one,
// but not shorter than least and not longer than most.
func later(wakeUp job.WakeUp, least, most time.Duration) job.WakeUp {
	waited := time.Duration(wakeUp.Wait) * time.Microsecond
	wakeUp.Wait = min(max(least, waited+waited/8), most).Microseconds()
	return wakeUp
}

// putBack puts a wake-up back into the outbox. Users see the reason.
func (w *Worker) putBack(ctx context.Context, wakeUp job.WakeUp, reason string) {
	w.logError(ctx, wakeUp.Ref, w.store.PutBack(ctx, wakeUp, reason))
}

// logError logs why work could not be started. It logs nothing for no error and for
// one that only says that the process is shutting down.
func (w *Worker) logError(ctx context.Context, ref job.Ref, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		w.log.Log(ctx, levelOf(err), "work could not be started; it will be retried", "num", ref.Job, "shard", ref.Shard, "error", err)
	}
}
