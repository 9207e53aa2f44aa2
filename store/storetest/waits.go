package storetest

import (
	"testing"
	"time"

	"bulkpatch/job"
)

// jobsSayWhatTheyWaitFor takes a job through all that it may wait for.
func jobsSayWhatTheyWaitFor(t *testing.T, k *Kit) {
	k.Add(20, person)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	single := k.Accept(k.Single(1, `{"score": 2}`))
	k.waits(t, j, "nobody has taken", job.WaitWorker)
	equal(t, "what a single waits for", k.Read(single.ID).WaitReason, job.WaitWorker)
	waitsForRedis(t, k, j, single)
	endedSinglesDoNotWait(t, k)
	waitsAtWork(t, k, j, single)
}

// waits compares what a job waits for.
func (k *Kit) waits(t *testing.T, j job.Job, what, want string) job.Job {
	t.Helper()
	now := k.Read(j.ID)
	equal(t, "what a job waits for that "+what, now.WaitReason, want)
	return now
}

// unsent marks all wake-ups as unsent for a reason, "" for none.
func (k *Kit) unsent(t *testing.T, reason string) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = k.Unsent(t.Context(), reason)
		check(t, err)
	}
}

func waitsForRedis(t *testing.T, k *Kit, j, single job.Job) {
	t.Helper()
	before := k.Read(j.ID)
	k.unsent(t, job.WaitRedis)
	told := k.waits(t, j, "cannot be sent", job.WaitRedis)
	equal(t, "that it shows", told.Revision > before.Revision, true)
	equal(t, "what a single waits for then", k.Read(single.ID).WaitReason, job.WaitRedis)
	k.unsent(t, job.WaitRedis)
	equal(t, "the revision when nothing is new", k.waits(t, j, "cannot be sent", job.WaitRedis).Revision, told.Revision)
	k.unsent(t, "")
	k.waits(t, j, "can be sent again", job.WaitWorker)
}

// endedSinglesDoNotWait leaves the wake-up of a single in the outbox, as a relay
// does that dies after it has sent it and before it deletes it.
func endedSinglesDoNotWait(t *testing.T, k *Kit) {
	t.Helper()
	ended := k.Accept(k.Single(2, `{"score": 3}`))
	due, err := k.Singles(t.Context(), 10)
	check(t, err)
	for _, r := range due {
		if r.Job == ended.Num {
			check(t, k.ApplySingle(t.Context(), r))
		}
	}
	last := k.Read(ended.ID)
	equal(t, "that the single has ended", last.State.Final(), true)
	k.unsent(t, job.WaitRedis)
	equal(t, "the revision of a job that has ended", k.Read(ended.ID).Revision, last.Revision)
	k.unsent(t, "")
}

func waitsAtWork(t *testing.T, k *Kit, j, single job.Job) {
	t.Helper()
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
	k.waits(t, j, "is worked on", "")
	equal(t, "what a single waits for that has ended", k.Read(single.ID).WaitReason, "")
	_, err := k.Resolve(t.Context(), l)
	check(t, err)
	check(t, k.Yield(t.Context(), l, time.Second, job.WaitThrottled))
	k.waits(t, j, "has a limit", job.WaitThrottled)
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Pause, "key:test")
	check(t, err)
	k.waits(t, j, "waits for its user", "")
}
