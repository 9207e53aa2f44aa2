package storetest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"bulkpatch/job"
)

// actionsHoldAgainstWork lets a worker carry out job after job while a caller
// pauses, resumes, cancels and undoes them at any moment. Whatever the caller
// has seen must stay true.
func actionsHoldAgainstWork(t *testing.T, k *Kit) {
	const people = 120
	k.Add(people, person)
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 1))
		before, old := k.versions(), len(k.jobs())
		j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
		if seed%2 == 1 {
			j = k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 2}`, job.Options{}))
		}
		stop := make(chan struct{})
		var worker sync.WaitGroup
		worker.Go(func() { k.workUntil(t, stop) })
		for !t.Failed() && !k.Read(j.ID).State.Final() {
			k.actAtRandom(t, r, j.ID)
		}
		for _, other := range k.jobs() {
			if !other.State.Final() {
				k.await(t, other.ID)
			}
		}
		close(stop)
		worker.Wait()
		k.versionsGrewByUpdates(t, before, old)
	}
}

// actAtRandom takes one action and checks that what it returns is true.
func (k *Kit) actAtRandom(t *testing.T, r *rand.Rand, id string) {
	t.Helper()
	actions := []job.Action{job.Pause, job.Pause, job.Resume, job.Resume, job.Resume, job.Cancel}
	seen, err := k.Act(t.Context(), k.WS, id, actions[r.IntN(len(actions))], "key:test")
	var refused *job.StateError
	if errors.As(err, &refused) {
		return
	}
	check(t, err)
	invariant(t, seen)
	if seen.State == job.Paused || seen.State.Final() {
		for range r.IntN(5) {
			now := k.Read(id)
			equal(t, "what a "+string(seen.State)+" job has done", now.Tally, seen.Tally)
			equal(t, "its state", now.State, seen.State)
		}
	}
}

// workUntil does the work of relays, workers and sweeps until stop is closed.
func (k *Kit) workUntil(t *testing.T, stop chan struct{}) {
	ctx := t.Context()
	for {
		select {
		case <-stop:
			return
		default:
		}
		wakeUps, err := k.Bulks(ctx, 10)
		check(t, err)
		check(t, k.Sent(ctx, wakeUps))
		for _, r := range wakeUps {
			l, err := k.Claim(ctx, r)
			if errors.Is(err, job.ErrBraked) {
				check(t, k.PutBack(ctx, r, job.WaitBrake))
				continue
			}
			if err == nil {
				err = k.carryOn(t, l, 7)
			}
			if errors.Is(err, job.ErrBraked) {
				err = k.Yield(ctx, l, 0, "")
			}
			k.expected(t, r.Ref, err)
		}
		liveness, _, err := k.Liveness(ctx, 0, 10)
		check(t, err)
		for _, p := range liveness {
			switch {
			case p.Stopping:
				check(t, k.Settle(ctx, p.Ref))
			case p.Idle:
				check(t, k.Finish(ctx, p.Ref))
			default:
				check(t, k.Redeliver(ctx, []job.Liveness{p}))
			}
		}
	}
}

// expected ignores the errors by which the store tells a worker to stop.
func (k *Kit) expected(t *testing.T, ref job.Ref, err error) {
	t.Helper()
	switch {
	case err == nil || errors.Is(err, job.ErrLeaseLost):
	case errors.Is(err, job.ErrStopped):
		check(t, k.Settle(t.Context(), ref))
	default:
		t.Errorf("the worker met %v", err)
	}
}

// carryOn works on a lease in chunks until it is done or the store says stop.
func (k *Kit) carryOn(t *testing.T, l job.Lease, chunk int) error {
	if !l.Resolved {
		ended, err := k.Resolve(t.Context(), l)
		if errors.Is(err, job.ErrResolvingFull) { // as a worker does that has waited for its turn
			return k.Yield(t.Context(), l, 0, job.WaitResolve)
		}
		if err != nil || ended {
			return err
		}
	}
	chunks := k.Chunks(l)
	defer chunks.Close()
	for {
		step, err := chunks.Next(t.Context(), chunk)
		if err != nil {
			return err
		}
		if step.Done {
			return k.Finish(t.Context(), l.Ref)
		}
	}
}

// await resumes a job until it has ended.
func (k *Kit) await(t *testing.T, id string) {
	t.Helper()
	for !t.Failed() && !k.Read(id).State.Final() {
		if _, err := k.Act(t.Context(), k.WS, id, job.Resume, "key:test"); err != nil {
			var refused *job.StateError
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
		}
	}
}

func (k *Kit) versions() map[string]int64 {
	versions := map[string]int64{}
	for id, p := range k.All(`{}`) {
		versions[id] = p.Version
	}
	return versions
}

// versionsGrewByUpdates compares each record's version with the number of jobs
// that count it as updated.
func (k *Kit) versionsGrewByUpdates(t *testing.T, before map[string]int64, old int) {
	t.Helper()
	seen := map[string]int64{}
	jobs := k.jobs() // newest first
	for _, j := range jobs[:len(jobs)-old] {
		for id, r := range k.Outcomes(j.ID, 1000) {
			if r.Outcome == job.Updated {
				seen[id]++
			}
		}
	}
	for id, v := range k.versions() {
		equal(t, "how often "+id+" was changed", v-before[id], seen[id])
	}
}
