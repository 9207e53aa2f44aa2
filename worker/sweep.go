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
	// patience is how long work may show no sign of life until the sweep
	// rings for it again. It doubles with each ring in vain.
	patience    = 5 * time.Second
	maxPatience = time.Minute
	// sweepLimit bounds the jobs that one pass looks at. The next goes on behind
	// them, so that work which cannot be helped does not hide the rest.
	sweepLimit = 10_000
	// redeliverBatch bounds what is rung for in one transaction.
	redeliverBatch = 500
	// sweepFaults is how many jobs may fail a pass before it leaves the others
	// for the next: one whose rows somebody holds must not stop the rest, and a
	// database that is away need not be asked for each.
	sweepFaults = 3
)

// A watched is a piece of work as the sweep last saw it move.
type watched struct {
	liveness job.Liveness
	since    time.Time // by this process's own monotonic clock
	patience time.Duration
}

// A sweep finds work that was rung for and has stood still: its task was
// lost, or its worker died. It trusts no clock but its own, and compares only
// what it has seen itself. Work that a worker has answered for, if only by
// putting it back, has moved.
type sweep struct {
	store Store
	now   func() time.Time
	first time.Duration       // patience with what the first round finds
	seen  map[job.Ref]watched // in the round before, nil in the first
	found map[job.Ref]watched // in this round, which is of one pass or more
	after int64               // number of the job up to which this round has come
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
		logFault(ctx, w.log, "the sweep could not look at all work", s.pass(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass looks at the work behind what the pass before has looked at, and rings
// again for what has stood still for longer than its patience.
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
	for _, p := range liveness {
		v := s.compare(p, now)
		s.found[p.Ref] = v
		if v.stoodStill(now) {
			still = append(still, p)
		} else if err := s.settleOrFinish(ctx, p); err != nil {
			faults = append(faults, err)
		}
		if len(faults) == sweepFaults {
			next = p.Job
			break
		}
	}
	faults = append(faults, s.redeliver(ctx, still, now))
	if s.after = next; next == 0 { // that was all
		s.seen, s.found = s.found, nil
	}
	return errors.Join(faults...)
}

// look compares a pulse with the one before.
func (s *sweep) compare(p job.Liveness, now time.Time) watched {
	v, known := s.seen[p.Ref]
	switch {
	case s.seen == nil:
		return watched{liveness: p, since: now, patience: s.first}
	case !known || v.liveness != p:
		return watched{liveness: p, since: now, patience: patience}
	}
	return v
}

// stoodStill reports whether it is time to wake a worker again.
func (v watched) stoodStill(now time.Time) bool {
	return !v.liveness.Stopping && !v.liveness.Idle && now.Sub(v.since) >= v.patience
}

// mend settles a stop, and finishes what has no open shard.
func (s *sweep) settleOrFinish(ctx context.Context, p job.Liveness) error {
	switch {
	case p.Stopping:
		return s.store.Settle(ctx, p.Ref)
	case p.Idle:
		return s.store.Finish(ctx, p.Ref)
	}
	return nil
}

// redeliver sends another wake-up for what stands still. What got none stays as
// it was, so that the next round tries again.
func (s *sweep) redeliver(ctx context.Context, still []job.Liveness, now time.Time) error {
	for some := range slices.Chunk(still, redeliverBatch) {
		if err := s.store.Redeliver(ctx, some); err != nil {
			return err
		}
		for _, p := range some {
			v := s.found[p.Ref]
			v.since, v.patience = now, min(max(2*v.patience, patience), maxPatience)
			s.found[p.Ref] = v
		}
	}
	return nil
}
