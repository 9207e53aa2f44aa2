package storetest

import (
	"testing"
	"time"

	"bulkpatch/job"
)

// jobsSayWhatTheyWaitFor walks a job through what it may wait for.
func jobsSayWhatTheyWaitFor(t *testing.T, k *Kit) {
	k.Add(20, person)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	single := k.Accept(k.Single(1, `{"score": 2}`))
	waits := func(what, want string) job.Job {
		t.Helper()
		now := k.Read(j.ID)
		equal(t, "what a job waits for that "+what, now.WaitReason, want)
		return now
	}
	before := waits("nobody has taken", job.WaitWorker)
	equal(t, "what a single waits for", k.Read(single.ID).WaitReason, job.WaitWorker)

	unsent := func(reason string) {
		for more := true; more; {
			var err error
			more, err = k.Unsent(t.Context(), reason)
			check(t, err)
		}
	}
	unsent(job.WaitRedis)
	told := waits("cannot be sent", job.WaitRedis)
	equal(t, "that it shows", told.Revision > before.Revision, true)
	equal(t, "what a single waits for then", k.Read(single.ID).WaitReason, job.WaitRedis)
	unsent(job.WaitRedis)
	equal(t, "the revision when nothing is new", waits("cannot be sent", job.WaitRedis).Revision, told.Revision)
	unsent("")
	waits("can be sent again", job.WaitWorker)

	// A relay that dies between telling Redis and noting that leaves a ring.
	ended := k.Accept(k.Single(2, `{"score": 3}`))
	left, err := k.Singles(t.Context(), 10)
	check(t, err)
	for _, r := range left {
		if r.Job == ended.Num {
			check(t, k.ApplySingle(t.Context(), r))
		}
	}
	last := k.Read(ended.ID)
	equal(t, "that the single has ended", last.State.Final(), true)
	unsent(job.WaitRedis)
	equal(t, "the revision of a job that has ended", k.Read(ended.ID).Revision, last.Revision)
	unsent("")

	var l job.Lease
	for _, r := range k.Due() {
		if r.Single {
			check(t, k.ApplySingle(t.Context(), r))
			continue
		}
		var err error
		l, err = k.Claim(t.Context(), r)
		check(t, err)
	}
	waits("is worked on", "")
	equal(t, "what a single waits for that has ended", k.Read(single.ID).WaitReason, "")
	_, err = k.Resolve(t.Context(), l)
	check(t, err)
	check(t, k.Yield(t.Context(), l, time.Second, job.WaitThrottled))
	waits("has a limit", job.WaitThrottled)
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Pause, "key:test")
	check(t, err)
	waits("waits for its user", "")
}
