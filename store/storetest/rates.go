package storetest

import (
	"testing"
	"time"

	"bulkpatch/job"
)

// ratesAreOfTheLastSeconds reads the rate that a job shows, from its first chunk
// to its end.
func ratesAreOfTheLastSeconds(t *testing.T, k *Kit) {
	k.Add(600, person)
	limit := 20.0
	r := ratedJob{t: t, k: k, now: time.Now()}
	r.pass(0)
	r.job, r.lease = k.Start(k.Bulk(`{"state": {"$in": ["trial", "paid"]}}`, `{"visits": -1}`, job.Options{RecordsPerSecond: &limit}))
	r.atItsLimit(limit)
	r.whileItWaits()
	r.afterAPause()
	k.Work(r.lease, 1000)
	equal(t, "state", k.Read(r.job.ID).State, job.Succeeded)
	r.shows("at its end", 0, 0)
}

// A ratedJob is a job whose rate is read.
type ratedJob struct {
	t     *testing.T
	k     *Kit
	job   job.Job
	lease job.Lease
	now   time.Time // of the database, so that a busy machine changes no rate
}

func (r *ratedJob) pass(d time.Duration) {
	r.now = r.now.Add(d)
	r.k.Freeze(r.now)
}

func (r *ratedJob) chunk(n int) {
	r.t.Helper()
	r.pass(time.Millisecond) // a chunk takes some time
	_, err := r.k.ApplyChunk(r.t.Context(), r.lease, n)
	check(r.t, err)
}

func (r *ratedJob) shows(when string, low, high float64) {
	r.t.Helper()
	if rate := r.k.Read(r.job.ID).RecordsPerSecond; rate < low || rate > high {
		r.t.Errorf("%s it shows %v records a second, not %v to %v", when, rate, low, high)
	}
}

func (r *ratedJob) atItsLimit(limit float64) {
	r.t.Helper()
	r.shows("before its first chunk", 0, 0)
	r.chunk(10)
	r.shows("after a burst", 15, limit)
	for range 12 {
		r.pass(500 * time.Millisecond)
		r.chunk(10)
	}
	r.shows("at its limit", 19, limit)
	_, err := r.k.SetThrottle(r.t.Context(), r.k.WS, r.job.ID, nil)
	check(r.t, err)
	for range 4 {
		r.pass(time.Second)
		r.chunk(50)
	}
	r.shows("without a limit", 40, 45)
}

func (r *ratedJob) whileItWaits() {
	r.t.Helper()
	revision := r.k.Read(r.job.ID).Revision
	check(r.t, r.k.Yield(r.t.Context(), r.lease, 0, job.WaitStorage))
	r.shows("while the disk is full", 0, 0)
	r.lease = r.k.Lease()
	r.pass(2500 * time.Millisecond)
	r.shows("after a while without a chunk", 20, 25)
	r.pass(2500 * time.Millisecond)
	r.shows("after the last seconds without one", 0, 0)
	equal(r.t, "revisions, but for the wait", r.k.Read(r.job.ID).Revision, revision+2)
}

func (r *ratedJob) afterAPause() {
	r.t.Helper()
	ctx := r.t.Context()
	r.chunk(1)
	_, err := r.k.Act(ctx, r.k.WS, r.job.ID, job.Pause, "key:test")
	check(r.t, err)
	check(r.t, r.k.Settle(ctx, r.lease.Ref))
	r.shows("when it is paused", 0, 0)
	_, err = r.k.Act(ctx, r.k.WS, r.job.ID, job.Resume, "key:test")
	check(r.t, err)
	r.pass(time.Hour)
	r.lease = r.k.Lease()
	r.shows("when it is resumed", 0, 0)
	r.pass(time.Second)
	r.chunk(30)
	r.shows("after it was resumed", 25, 31)
}
