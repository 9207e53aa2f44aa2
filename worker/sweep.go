package worker

import (
	"context"
	"errors"
	"slices"
	"time"

	"bulkpatch/job"
)

const (
	sweepEvery = time.Second
	// patience is how long the liveness of work may stay the same before the
	// sweep redelivers its wake-up. It doubles each time, up to maxPatience,
	// until the liveness changes.
	patience    = 5 * time.Second
	maxPatience = time.Minute
	// sweepLimit bounds the jobs that one pass reads. The next pass continues
	// after them.
	sweepLimit = 10_000
	// redeliverBatch bounds the wake-ups of one transaction.
	redeliverBatch = 500
	// sweepFaults is after how many errors a pass ends; the next one continues
	// there. One job with locked rows must not keep the sweep from the others, but
	// with a database that is away it need not try each job.
	sweepFaults = 3
)

// A watched is the liveness of one piece of work, and since when it is the same.
type watched struct {
	liveness job.Liveness
	since    time.Time // on the monotonic clock of this process
	patience time.Duration
}

// A sweep finds work that does not advance although its wake-up was sent: the
// task was lost, or the worker died. It compares the liveness that it reads with
// the liveness that it read before, and uses no clock but its own. Work that a
// worker has put back has a new heartbeat, so it counts as alive.
//
// One round is a look at all unfinished work. It takes one pass or more.
type sweep struct {
	store Store
	now   func() time.Time
	first time.Duration       // patience with the work that the first round finds
	seen  map[job.Ref]watched // what the round before found, nil in the first round
	found map[job.Ref]watched // what this round has found so far
	after int64               // number of the last job that this round has read
}

// sweepUntil sweeps until the context ends.
func (w *Worker) sweepUntil(ctx context.Context) {
	s := sweep{store: w.store, now: time.Now, first: patience}
	if w.newRedis {
		s.first = 0
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		logFault(ctx, w.log, "the sweep could not check all work; it will be retried", s.pass(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass reads the liveness of the next jobs. It settles and finishes jobs that
// wait for that, and redelivers the wake-ups of work that has stood still for
// longer than its patience.
func (s *sweep) pass(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	liveness, next, err := s.store.Liveness(ctx, s.after, sweepLimit)
	if err != nil {
		return err
	}
	now := s.now()
	if s.found == nil {
		s.found = make(map[job.Ref]watched, len(liveness))
	}
	var still []job.Liveness
	var faults []error
	for _, l := range liveness {
		v := s.compare(l, now)
		s.found[l.Ref] = v
		if v.stoodStill(now) {
			still = append(still, l)
		} else if err := s.settleOrFinish(ctx, l); err != nil {
			faults = append(faults, err)
		}
		if len(faults) == sweepFaults {
			next = l.Job
			break
		}
	}
	faults = append(faults, s.redeliver(ctx, still, now))
	if s.after = next; next == 0 { // the end of the round
		s.seen, s.found = s.found, nil
	}
	return errors.Join(faults...)
}

// compare returns since when the liveness l has been the same.
func (s *sweep) compare(l job.Liveness, now time.Time) watched {
	v, known := s.seen[l.Ref]
	switch {
	case s.seen == nil:
		return watched{liveness: l, since: now, patience: s.first}
	case !known || v.liveness != l:
		return watched{liveness: l, since: now, patience: patience}
	}
	return v
}

// stoodStill reports whether the wake-up of the work is to be redelivered.
func (v watched) stoodStill(now time.Time) bool {
	return !v.liveness.Stopping && !v.liveness.Idle && now.Sub(v.since) >= v.patience
}

// settleOrFinish settles a job that is being paused or cancelled, and finishes a
// job that has no open shard. It leaves all other work alone.
func (s *sweep) settleOrFinish(ctx context.Context, l job.Liveness) error {
	switch {
	case l.Stopping:
		return s.store.Settle(ctx, l.Ref)
	case l.Idle:
		return s.store.Finish(ctx, l.Ref)
	}
	return nil
}

// redeliver puts new wake-ups into the outbox, and doubles the patience with the
// work that got one. After an error the rest stays as it was, so that the next
// round tries again.
func (s *sweep) redeliver(ctx context.Context, still []job.Liveness, now time.Time) error {
	for some := range slices.Chunk(still, redeliverBatch) {
		if err := s.store.Redeliver(ctx, some); err != nil {
			return err
		}
		for _, l := range some {
			v := s.found[l.Ref]
			v.since, v.patience = now, min(max(2*v.patience, patience), maxPatience)
			s.found[l.Ref] = v
		}
	}
	return nil
}
