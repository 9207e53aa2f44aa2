package worker

import (
	"slices"

	"bulkpatch/job"
)

// turns remembers when each workspace, and each job of it, was last served,
// so that they take turns however much work each of them has. The zero value
// is ready.
type turns struct {
	clock  uint64
	served map[party]uint64
}

// A party takes turns with others of its kind: a workspace, whose job is 0,
// or one of its jobs.
type party struct{ workspace, job int64 }

// maxTurns bounds the parties that are remembered. Forgetting one costs it
// nothing: it is served next.
const maxTurns = 10_000

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
func (s share) full(r job.Ring) bool {
	return r.InFlightWorkspace >= s.workspace || r.InFlight >= s.job
}

// pick takes up to n rings: one from each workspace in turn, and in it from
// each job, beginning with those whose last turn is longest ago and of them in
// the order they are given. What has its share in flight gets no more.
func (t *turns) pick(rings []job.Ring, n int, s share) (picked []job.Ring) {
	if t.served == nil || len(t.served) > maxTurns {
		t.served = make(map[party]uint64)
	}
	order, waiting := byWorkspace(rings)
	for len(picked) < n && len(order) > 0 {
		at := t.first(len(order), func(i int) party { return party{workspace: order[i]} })
		of := slices.DeleteFunc(waiting[order[at]], s.full)
		waiting[order[at]] = of
		if len(of) == 0 {
			order = slices.Delete(order, at, at+1)
			continue
		}
		i := t.first(len(of), func(i int) party { return party{of[i].Workspace, of[i].Job} })
		picked = append(picked, of[i])
		t.serve(of[i])
		waiting[order[at]] = sent(of, i)
	}
	return picked
}

// byWorkspace parts rings, and lists the workspaces in the order in which
// they come.
func byWorkspace(rings []job.Ring) (order []int64, waiting map[int64][]job.Ring) {
	waiting = make(map[int64][]job.Ring)
	for _, r := range rings {
		if waiting[r.Workspace] == nil {
			order = append(order, r.Workspace)
		}
		waiting[r.Workspace] = append(waiting[r.Workspace], r)
	}
	return order, waiting
}

// first is which of n parties has waited longest for its turn.
func (t *turns) first(n int, party func(int) party) (first int) {
	for i := range n {
		if t.served[party(i)] < t.served[party(first)] {
			first = i
		}
	}
	return first
}

func (t *turns) serve(r job.Ring) {
	t.clock++
	t.served[party{workspace: r.Workspace}], t.served[party{r.Workspace, r.Job}] = t.clock, t.clock
}

// sent takes ring i out of a workspace's: one shard more of its job is in
// flight.
func sent(rings []job.Ring, i int) []job.Ring {
	of := rings[i].Job
	rings = slices.Delete(rings, i, i+1)
	for i := range rings {
		rings[i].InFlightWorkspace++
		if rings[i].Job == of {
			rings[i].InFlight++
		}
	}
	return rings
}
