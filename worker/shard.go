package worker

import (
	"context"
	"errors"
	"math"
	"time"

	"bulkpatch/job"
)

// work carries a leased shard on until it is done, is stopped, or has had its
// slice of time. It keeps no progress of its own, so it is safe to run again
// after a crash.
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

// errYield says that the shard's turn is over; more work is left.
var errSliceOver = errors.New("the turn is over")

// chunks applies chunk after chunk.
func (w *Worker) chunks(ctx context.Context, l job.Lease) error {
	began, left := time.Now(), allowance(l)
	chunks := w.store.Chunks(l)
	defer chunks.Close()
	for {
		if why := l.Options.GiveUp(l.Tally); why != nil {
			return w.store.Stop(ctx, l.Ref, *why)
		}
		started := time.Now()
		step, err := chunks.Next(ctx, min(w.chunk, left))
		switch {
		case errors.Is(err, job.ErrRefused):
			continue // one of them is at fault: it takes fewer, until that stands alone
		case err != nil:
			return err
		}
		w.stats.chunk(step, time.Since(started))
		l.Tally, left = step.Tally, left-int(step.N)
		switch over := ctx.Err() != nil || time.Since(began) > timeSlice; {
		case step.Done:
			return w.store.Finish(ctx, l.Ref)
		case l.Throttle != nil && (over || left <= 0):
			return w.store.Yield(ctx, l, timeFor(allowance(l)-left, *l.Throttle)-time.Since(began), job.WaitThrottled)
		case over:
			return errSliceOver
		}
	}
}

// allowance is how many records a throttled job may take in a turn: half a
// second's worth, so that its progress is even and a new limit takes hold
// soon. A limit may be any number above 0, also one that no integer can hold.
func allowance(l job.Lease) int {
	if l.Throttle == nil {
		return math.MaxInt
	}
	return int(min(max(1, *l.Throttle/2), math.MaxInt32))
}

// longestDue bounds the wait of the slowest limits.
const maxTime = 365 * 24 * time.Hour

// due is how long n records take at a rate, in records a second.
func timeFor(n int, rate float64) time.Duration {
	return time.Duration(min(float64(n)/rate, maxTime.Seconds()) * float64(time.Second))
}

// leave gives the shard up in the way that the reason asks for. At the end of
// the process it still has the time to do so.
func (w *Worker) giveBack(ctx context.Context, l job.Lease, reason error) error {
	if errors.Is(context.Cause(ctx), job.ErrLeaseLost) {
		return nil // whatever was cut short by it
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	switch {
	case reason == nil || errors.Is(reason, job.ErrLeaseLost):
		return nil
	case errors.Is(reason, job.ErrStopped):
		return w.store.Settle(ctx, l.Ref)
	case errors.Is(reason, errSliceOver) || errors.Is(reason, context.Canceled):
		return w.store.Yield(ctx, l, 0, "")
	case errors.Is(reason, job.ErrNoTurn):
		return w.store.Yield(ctx, l, turnPause, job.WaitTurn)
	case errors.Is(reason, job.ErrStorageFull):
		return errors.Join(reason, w.store.Yield(ctx, l, faultPause, job.WaitStorage))
	case errors.Is(reason, job.ErrUnavailable):
		return errors.Join(reason, w.store.Yield(ctx, l, faultPause, job.WaitDatabase))
	default:
		return errors.Join(reason, w.waitOrStop(ctx, l.WakeUp(), func() error {
			return w.store.Yield(ctx, l, faultPause, job.WaitDatabase)
		}))
	}
}

// waitOrStop deals with a fault that nobody knows. It may pass, so that the work
// waits; but where the database answers all the time and the job never gets
// on, it ends.
func (w *Worker) waitOrStop(ctx context.Context, r job.WakeUp, wait func() error) error {
	why, err := w.store.NoProgress(ctx, r)
	if err == nil && why != nil {
		return w.store.Stop(ctx, r.Ref, *why)
	}
	return errors.Join(err, wait())
}
