package worker

import "bulkpatch/job"

// turns remembers when each workspace was last served, so that they take
// turns however many jobs each of them has. The zero value is ready.
type turns struct {
	clock  uint64
	served map[int64]uint64
}

// maxTurns bounds the workspaces that are remembered. Forgetting one costs it
// nothing: it is served next.
const maxTurns = 10_000

// pick takes n rings, one from each workspace in turn and of each workspace
// in the order they are given, beginning with the one whose last turn is
// longest ago.
func (t *turns) pick(rings []job.Ring, n int) []job.Ring {
	if t.served == nil || len(t.served) > maxTurns {
		t.served = make(map[int64]uint64)
	}
	var order []int64
	waiting := make(map[int64][]job.Ring)
	for _, r := range rings {
		if waiting[r.Workspace] == nil {
			order = append(order, r.Workspace)
		}
		waiting[r.Workspace] = append(waiting[r.Workspace], r)
	}
	var picked []job.Ring
	for len(picked) < min(n, len(rings)) {
		next, some := int64(0), false
		for _, ws := range order {
			if len(waiting[ws]) > 0 && (!some || t.served[ws] < t.served[next]) {
				next, some = ws, true
			}
		}
		picked = append(picked, waiting[next][0])
		waiting[next] = waiting[next][1:]
		t.clock++
		t.served[next] = t.clock
	}
	return picked
}
