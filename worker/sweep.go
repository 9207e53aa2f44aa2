package worker

import (
	"context"
	"errors"
	"time"

	"bulkpatch/job"
)

const (
	sweepEvery = time.Second
	// patience is how long work may show no sign of life until the sweep
	// rings for it again. It doubles with each ring in vain.
	patience    = 5 * time.Second
	maxPatience = time.Minute
	// sweepLimit bounds what one pass looks at. The next goes on behind it, so
	// that work which cannot be helped does not hide the rest.
	sweepLimit = 1000
	// sweepFaults is how many jobs may fail a pass before it leaves the others
	// for the next: one whose rows somebody holds must not stop the rest, and a
	// database that is away need not be asked for each.
	sweepFaults = 3
)

// A watched is a piece of work as the sweep last saw it move.
type watched struct {
	pulse    job.Pulse
	since    time.Time // by this process's own monotonic clock
	patience time.Duration
}

// A sweep finds work that was rung for and has stood still: its task was
// lost, or its worker died. It trusts no clock but its own, and compares only
// what it has seen itself.
type sweep struct {
	store Store
	now   func() time.Time
	first time.Duration       // patience with what the first round finds
	seen  map[job.Ref]watched // in the round before, nil in the first
	found map[job.Ref]watched // in this round, which is of one pass or more
	after job.Ref             // how far this round has come
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
		if err := s.pass(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("the sweep could not look at all work", "error", err)
		}
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
	pulses, err := s.store.Pulses(ctx, s.after, sweepLimit)
	if err != nil {
		return err
	}
	now := s.now()
	if s.found == nil {
		s.found = make(map[job.Ref]watched, len(pulses))
	}
	var faults []error
	for _, p := range pulses {
		v := s.look(p, now)
		s.found[p.Ref], s.after = v, p.Ref
		if v, err = s.mend(ctx, v, now); err == nil {
			s.found[p.Ref] = v
		} else if faults = append(faults, err); len(faults) == sweepFaults { // as it was, so that the next round tries again
			return errors.Join(faults...)
		}
	}
	if len(pulses) < sweepLimit { // that was all
		s.seen, s.found, s.after = s.found, nil, job.Ref{}
	}
	return errors.Join(faults...)
}

// look compares a pulse with the one before.
func (s *sweep) look(p job.Pulse, now time.Time) watched {
	v, known := s.seen[p.Ref]
	switch {
	case s.seen == nil:
		return watched{pulse: p, since: now, patience: s.first}
	case !known || v.pulse != p:
		return watched{pulse: p, since: now, patience: patience}
	}
	return v
}

// mend does what the work waits for: settle a stop, finish what has no open
// shard, ring for what stands still.
func (s *sweep) mend(ctx context.Context, v watched, now time.Time) (watched, error) {
	switch {
	case v.pulse.Stopping:
		return v, s.store.Settle(ctx, v.pulse.Ref)
	case v.pulse.Idle:
		return v, s.store.Finish(ctx, v.pulse.Ref)
	case now.Sub(v.since) < v.patience:
		return v, nil
	}
	v.since, v.patience = now, min(max(2*v.patience, patience), maxPatience)
	return v, s.store.RingAgain(ctx, v.pulse)
}
