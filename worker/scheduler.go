package worker

import (
	"slices"

	"bulkpatch/job"
)

// scheduler is a round-robin scheduler with two levels: workspaces, and within a
// workspace its jobs. It remembers when it last picked a wake-up of each, so that
// all of them advance, however much work each has. The zero value is ready to
// use.
type scheduler struct {
	clock  uint64            // counts the wake-ups picked so far
	served map[tenant]uint64 // the clock when a tenant was last picked
}

// A tenant is one that the scheduler serves in turn: a workspace, with job 0, or
// one of its jobs.
type tenant struct{ workspace, job int64 }

// maxTenants bounds the tenants that are remembered. When there are more, the
// scheduler forgets all of them; a tenant that was forgotten is served first.
const maxTenants = 10_000

// A share is how many workers may work for one workspace, and for one of its
// jobs, at the same time. A workspace gets at most three quarters of the workers,
// rounded up, and a job at most three quarters of those. So of four workers one
// remains for the other workspaces.
type share struct{ workspace, job int }

// shareOf returns the share for a number of workers.
func shareOf(workers int) share {
	most := func(n int) int { return n - n/4 }
	return share{workspace: most(workers), job: most(most(workers))}
}

// full reports whether the workspace or the job of a wake-up has its whole share
// in flight.
func (s share) full(wakeUp job.WakeUp) bool {
	return wakeUp.InFlightWorkspace >= s.workspace || wakeUp.InFlight >= s.job
}

// pick returns up to n wake-ups, in the order in which they are to be sent. Each
// is of the workspace that was served longest ago and, within that, of the job
// that was served longest ago. Among equals the order of the wake-ups decides.
// It picks none of a workspace or job whose share is in flight.
func (s *scheduler) pick(wakeUps []job.WakeUp, n int, limit share) (picked []job.WakeUp) {
	if s.served == nil || len(s.served) > maxTenants {
		s.served = make(map[tenant]uint64)
	}
	order, waiting := byWorkspace(wakeUps)
	for len(picked) < n && len(order) > 0 {
		at := s.longestAgo(len(order), func(i int) tenant { return tenant{workspace: order[i]} })
		of := slices.DeleteFunc(waiting[order[at]], limit.full)
		waiting[order[at]] = of
		if len(of) == 0 {
			order = slices.Delete(order, at, at+1)
			continue
		}
		i := s.longestAgo(len(of), func(i int) tenant { return tenant{of[i].Workspace, of[i].Job} })
		picked = append(picked, of[i])
		s.serve(of[i])
		waiting[order[at]] = withoutSent(of, i)
	}
	return picked
}

// byWorkspace groups wake-ups by workspace, and lists the workspaces in the order
// of their first wake-ups.
func byWorkspace(wakeUps []job.WakeUp) (order []int64, waiting map[int64][]job.WakeUp) {
	waiting = make(map[int64][]job.WakeUp)
	for _, wakeUp := range wakeUps {
		if waiting[wakeUp.Workspace] == nil {
			order = append(order, wakeUp.Workspace)
		}
		waiting[wakeUp.Workspace] = append(waiting[wakeUp.Workspace], wakeUp)
	}
	return order, waiting
}

// longestAgo returns which of n tenants was served longest ago.
func (s *scheduler) longestAgo(n int, of func(int) tenant) (first int) {
	for i := range n {
		if s.served[of(i)] < s.served[of(first)] {
			first = i
		}
	}
	return first
}

// serve notes that the workspace and the job of a wake-up are served now.
func (s *scheduler) serve(wakeUp job.WakeUp) {
	s.clock++
	s.served[tenant{workspace: wakeUp.Workspace}], s.served[tenant{wakeUp.Workspace, wakeUp.Job}] = s.clock, s.clock
}

// withoutSent removes wake-up i from those of a workspace, and counts its shard
// as in flight.
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
