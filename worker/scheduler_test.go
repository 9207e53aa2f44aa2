package worker

import (
	"reflect"
	"testing"

	"bulkpatch/job"
)

func TestWorkspacesAreServedRoundRobin(t *testing.T) {
	var s scheduler
	many := []job.WakeUp{wakeUp(1, 1), wakeUp(1, 2), wakeUp(1, 3), wakeUp(2, 4), wakeUp(3, 5), wakeUp(3, 6)}
	order := func(n int) (nums []int64) {
		for _, r := range s.pick(many, n, share{workspace: 9, job: 1}) {
			nums = append(nums, r.Job)
		}
		return nums
	}
	for _, step := range []struct {
		n    int
		want []int64
	}{
		{4, []int64{1, 4, 5, 2}},
		{1, []int64{4}}, // workspace 2 was served longest ago, then 3
		{1, []int64{6}}, // its job 5 was served before
		{0, nil},
		{-3, nil},
		{9, []int64{3, 4, 5, 1, 6, 2}},
	} {
		if got := order(step.n); !reflect.DeepEqual(got, step.want) {
			t.Errorf("picked %v, not %v", got, step.want)
		}
	}
}

func TestJobsOfAWorkspaceAreServedRoundRobin(t *testing.T) {
	shard := func(num, no int64, ofJob, ofWorkspace int) job.WakeUp {
		return job.WakeUp{Ref: job.Ref{Workspace: 1, Job: num, Shard: no}, InFlight: ofJob, InFlightWorkspace: ofWorkspace}
	}
	other := job.WakeUp{Ref: job.Ref{Workspace: 2, Job: 9}}
	var sched scheduler
	order := func(n int, s share, wakeUps ...job.WakeUp) (got []job.Ref) {
		for _, r := range sched.pick(wakeUps, n, s) {
			got = append(got, r.Ref)
		}
		return got
	}
	ref := func(num, no int64) job.Ref { return job.Ref{Workspace: 1, Job: num, Shard: no} }
	for name, step := range map[string]struct{ got, want []job.Ref }{
		"a job of many shards and a small one behind it": {
			order(3, share{3, 3}, shard(1, 0, 0, 0), shard(1, 1, 0, 0), shard(1, 2, 0, 0), shard(2, 0, 0, 0)),
			[]job.Ref{ref(1, 0), ref(2, 0), ref(1, 1)}},
		"a job alone leaves workers to those that come": {
			order(4, share{4, 3}, shard(3, 0, 0, 0), shard(3, 1, 0, 0), shard(3, 2, 0, 0), shard(3, 3, 0, 0)),
			[]job.Ref{ref(3, 0), ref(3, 1), ref(3, 2)}},
		"what is in flight counts": {
			order(4, share{6, 3}, shard(4, 2, 2, 5), shard(4, 3, 2, 5), shard(5, 0, 3, 5)),
			[]job.Ref{ref(4, 2)}},
		"a workspace of many jobs leaves workers to others": {
			order(8, share{3, 3}, shard(10, 0, 0, 1), shard(11, 0, 0, 1), shard(12, 0, 0, 1), shard(13, 0, 0, 1), other),
			[]job.Ref{other.Ref, ref(10, 0), ref(11, 0)}},
		"and none where it has its share in flight": {
			order(8, share{3, 3}, shard(14, 0, 0, 3), shard(15, 0, 0, 3), other),
			[]job.Ref{other.Ref}},
	} {
		if !reflect.DeepEqual(step.got, step.want) {
			t.Errorf("%s: picked %v, not %v", name, step.got, step.want)
		}
	}
	for workers, want := range map[int]share{1: {1, 1}, 2: {2, 2}, 3: {3, 3}, 4: {3, 3}, 8: {6, 5}, 12: {9, 7}} {
		if got := shareOf(workers); got != want {
			t.Errorf("of %d workers a workspace and a job may have %v, not %v", workers, got, want)
		}
	}
}
