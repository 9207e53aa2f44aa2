package worker

import (
	"slices"

	"bulkpatch/job"
)

// turns remembers when each workspace, and each job of it, was last served,
// so that they take turns however much work each of them has. The zero value
// is ready.
type scheduler struct {
	clock  uint64
	served map[tenant]uint64
}

// A of takes turns with others of its kind: a workspace, whose job is 0,
// or one of its jobs.
type tenant struct{ workspace, job int64 }

// maxTurns bounds the parties that are remembered. Forgetting one costs it
// nothing: it is served next.
const maxTenants = 10_000

// A share is how many workers may be at work for one workspace, and for one of
// its jobs: with four workers or more, a quarter of them is left to other
// workspaces, and of its own a quarter, where that is one or more, to the
// workspace's other jobs.
type share struct{ workspace, job int }

func shareOf(workers int) share {
	most := func(n int) int { return n - n/4 }
	return share{workspace: most(workers), job: most(most(workers))}
}

// full reports whether a ring's workspace or job has its share in flight.
func (s share) full(r job.WakeUp) bool {
	return r.InFlightWorkspace >= s.workspace || r.InFlight >= s.job
}

// pick takes up to n rings: one from each workspace in turn, and in it from
// each job, beginning with those whose last turn is longest ago and of them in
// the order they are given. What has its share in flight gets no more.
func (t *scheduler) pick(wakeUps []job.WakeUp, n int, s share) (picked []job.WakeUp) {
	if t.served == nil || len(t.served) > maxTenants {
		t.served = make(map[tenant]uint64)
	}
	order, waiting := byWorkspace(wakeUps)
	for len(picked) < n && len(order) > 0 {
		at := t.first(len(order), func(i int) tenant { return tenant{workspace: order[i]} })
		of := slices.DeleteFunc(waiting[order[at]], s.full)
		waiting[order[at]] = of
		if len(of) == 0 {
			order = slices.Delete(order, at, at+1)
			continue
		}
		i := t.first(len(of), func(i int) tenant { return tenant{of[i].Workspace, of[i].Job} })
		picked = append(picked, of[i])
		t.serve(of[i])
		waiting[order[at]] = withoutSent(of, i)
	}
	return picked
}

// byWorkspace parts rings, and lists the workspaces in the order in which
// they come.
func byWorkspace(wakeUps []job.WakeUp) (order []int64, waiting map[int64][]job.WakeUp) {
	waiting = make(map[int64][]job.WakeUp)
	for _, r := range wakeUps {
		if waiting[r.Workspace] == nil {
			order = append(order, r.Workspace)
		}
		waiting[r.Workspace] = append(waiting[r.Workspace], r)
	}
	return order, waiting
}

// first is which of n parties has waited longest for its turn.
func (t *scheduler) first(n int, of func(int) tenant) (first int) {
	for i := range n {
		if t.served[of(i)] < t.served[of(first)] {
			first = i
		}
	}
	return first
}

func (t *scheduler) serve(r job.WakeUp) {
	t.clock++
	t.served[tenant{workspace: r.Workspace}], t.served[tenant{r.Workspace, r.Job}] = t.clock, t.clock
}

// sent takes ring i out of a workspace's: one shard more of its job is in
// flight.
func withoutSent(wakeUps []job.WakeUp, i int) []job.WakeUp {
	of := wakeUps[i].Job
	wakeUps = slices.Delete(wakeUps, i, i+1)
	for i := range wakeUps {
		wakeUps[i].InFlightWorkspace++
		if wakeUps[i].Job == of {
			wakeUps[i].InFlight++
		}
	}
	return wakeUps
}
