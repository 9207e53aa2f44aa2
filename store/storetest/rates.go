package storetest

import (
	"testing"
	"time"

	"bulkpatch/job"
)

// ratesAreOfTheLastSeconds follows what a job shows of its speed from its first
// chunk to its end.
func ratesAreOfTheLastSeconds(t *testing.T, k *Kit) {
	k.Add(600, person)
	limit := 20.0
	j, l := k.Start(k.Bulk(`{"state": {"$in": ["trial", "paid"]}}`, `{"visits": -1}`, job.Options{RecordsPerSecond: &limit}))
	chunk := func(n int) {
		t.Helper()
		_, err := k.ApplyChunk(t.Context(), l, n)
		check(t, err)
	}
	shows := func(when string, low, high float64) {
		t.Helper()
		if rate := k.Read(j.ID).RecordsPerSecond; rate < low || rate > high {
			t.Errorf("%s it shows %v records a second, not %v to %v", when, rate, low, high)
		}
	}
	shows("before its first chunk", 0, 0)
	chunk(10)
	shows("after a burst", 15, limit)
	for range 12 {
		k.Pass(500 * time.Millisecond)
		chunk(10)
	}
	shows("at its limit", 19, limit)
	unlimited, err := k.SetThrottle(t.Context(), k.WS, j.ID, nil)
	check(t, err)
	for range 4 {
		k.Pass(time.Second)
		chunk(50)
	}
	shows("without a limit", 40, 45)
	revision := k.Read(j.ID).Revision
	check(t, k.Yield(t.Context(), l, 0, job.WaitStorage))
	shows("while the disk is full", 0, 0)
	l = k.Lease()
	k.Pass(2500 * time.Millisecond)
	shows("after a while without a chunk", 20, 25)
	k.Pass(2500 * time.Millisecond)
	shows("after the last seconds without one", 0, 0)
	equal(t, "revisions, but for the wait", k.Read(j.ID).Revision, revision+2)

	chunk(1)
	_, err = k.Act(t.Context(), k.WS, unlimited.ID, job.Pause, "key:test")
	check(t, err)
	check(t, k.Settle(t.Context(), l.Ref))
	shows("when it is paused", 0, 0)
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Resume, "key:test")
	check(t, err)
	k.Pass(time.Hour)
	l = k.Lease()
	shows("when it is resumed", 0, 0)
	k.Pass(time.Second)
	chunk(30)
	shows("after it was resumed", 25, 31)
	k.Work(l, 1000)
	equal(t, "state", k.Read(j.ID).State, job.Succeeded)
	shows("at its end", 0, 0)
}
