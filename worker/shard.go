package worker

import (
	"context"
	"errors"
	"math"
	"time"

	"bulkpatch/job"
)

// work works on a leased shard until the shard is done, the job is stopped, or
// the time slice is over, and then gives the shard back. Shard 0 of a job
// without a selection resolves the filter first. All progress is in the database,
// so work can start again after a crash.
func (w *Worker) work(ctx context.Context, l job.Lease) error {
	ctx, stop := w.heartbeats(ctx, l)
	defer stop()
	if !l.Resolved {
		ended, err := w.store.Resolve(ctx, l)
		if err != nil || ended {
			return w.giveBack(ctx, l, err)
		}
	}
	return w.giveBack(ctx, l, w.chunks(ctx, l))
}

// errSliceOver ends the work on a shard whose time slice is over. More records
// of the shard remain.
var errSliceOver = errors.New("the time slice is over")

// chunks applies chunk after chunk until the shard is done, or returns why it
// stopped.
func (w *Worker) chunks(ctx context.Context, l job.Lease) error {
	began, remaining := time.Now(), allowance(l)
	chunks := w.store.Chunks(l)
	defer chunks.Close()
	for {
		if why := l.Options.GiveUp(l.Tally, l.Unusable); why != nil {
			return w.store.Fail(ctx, l.Ref, *why)
		}
		started := time.Now()
		step, err := chunks.Next(ctx, min(w.chunk, remaining))
		switch {
		case errors.Is(err, job.ErrRefused):
			continue // one record is invalid: Next takes fewer records, until it is found
		case err != nil:
			return err
		}
		w.stats.chunk(step, time.Since(started))
		l.Tally, l.Unusable, remaining = step.Tally, step.Unusable, remaining-int(step.N)
		switch over := ctx.Err() != nil || time.Since(began) > timeSlice; {
		case step.Done:
			return w.store.Finish(ctx, l.Ref)
		case l.Throttle != nil && (over || remaining <= 0):
			return w.store.Yield(ctx, l, timeFor(allowance(l)-remaining, *l.Throttle)-time.Since(began), job.WaitThrottled)
		case over:
			return errSliceOver
		}
	}
}

// allowance returns how many records a throttled job may update in one time
// slice: as many as its limit allows in half a second, so that it advances evenly
// and a new limit takes effect soon. A limit may be any number above 0, even one
// that is too large for an integer.
func allowance(l job.Lease) int {
	if l.Throttle == nil {
		return math.MaxInt
	}
	return int(min(max(1, *l.Throttle/2), math.MaxInt32))
}

// maxTime bounds the wait under the slowest limits.
const maxTime = 365 * 24 * time.Hour

// timeFor returns how long n records take at a rate in records per second.
func timeFor(n int, rate float64) time.Duration {
	return time.Duration(min(float64(n)/rate, maxTime.Seconds()) * float64(time.Second))
}

// giveBack ends the work on a shard, in the way that fits the reason: it yields
// the shard, settles the job or fails it. nil means that the shard is done. The
// time limit for it does not depend on ctx, so that it also works in a shutdown.
func (w *Worker) giveBack(ctx context.Context, l job.Lease, reason error) error {
	if errors.Is(context.Cause(ctx), job.ErrLeaseLost) {
		return nil // the reason is only that the context was cancelled
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	switch {
	case reason == nil || errors.Is(reason, job.ErrLeaseLost):
		return nil
	case errors.Is(reason, job.ErrStopped):
		return w.store.Settle(ctx, l.Ref)
	case errors.Is(reason, errSliceOver) || errors.Is(reason, context.Canceled) || errors.Is(reason, job.ErrBraked):
		// Under the brake the next claim is refused, and the wake-up held back.
		return w.store.Yield(ctx, l, 0, "")
	case errors.Is(reason, job.ErrResolvingFull):
		return w.store.Yield(ctx, l, resolvePause, job.WaitResolve)
	case errors.Is(reason, job.ErrStorageFull):
		return errors.Join(reason, w.store.Yield(ctx, l, faultPause, job.WaitStorage))
	case errors.Is(reason, job.ErrUnavailable):
		return errors.Join(reason, w.store.Yield(ctx, l, faultPause, job.WaitDatabase))
	default:
		return errors.Join(reason, w.waitOrFail(ctx, l.WakeUp(), func() error {
			return w.store.Yield(ctx, l, faultPause, job.WaitDatabase)
		}))
	}
}

// waitOrFail handles a fault of an unknown kind. As the fault may pass, it calls
// wait, which postpones the work. But when the database has answered all the time
// and the job has made no progress for many rounds, it fails the job.
func (w *Worker) waitOrFail(ctx context.Context, wakeUp job.WakeUp, wait func() error) error {
	why, err := w.store.NoProgress(ctx, wakeUp)
	if err == nil && why != nil {
		return w.store.Fail(ctx, wakeUp.Ref, *why)
	}
	return errors.Join(err, wait())
}
