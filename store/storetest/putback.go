package storetest

import (
	"fmt"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// putBackSaysWhy puts work back that could not start because of a fault that
// may pass. A single's reason shows as a bulk job's does, and the sweep sees
// that a worker has answered for the work.
func putBackSaysWhy(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	for _, sub := range []job.Submission{k.Single(1, `{"score": 2}`), k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{})} {
		j := k.Accept(sub)
		r := k.Due()[0]
		told := k.liveness(t)
		r.Wait = time.Minute.Microseconds()
		check(t, k.PutBack(ctx, r, job.WaitStorage))
		first := k.Read(j.ID)
		equal(t, "the reason", first.WaitReason, job.WaitStorage)
		equal(t, "that it shows", first.Revision > j.Revision, true)
		liveness, _, err := k.Liveness(ctx, 0, 10)
		check(t, err)
		equal(t, "liveness rows while the outbox has it", len(liveness), 0)
		again := k.Due()
		equal(t, "wake-ups", len(again), 1)
		equal(t, "the wait", again[0].Wait, r.Wait)
		equal(t, "that it has moved", k.liveness(t) != told, true)
		check(t, k.PutBack(ctx, again[0], job.WaitStorage))
		equal(t, "the revision when nothing is new", k.Read(j.ID).Revision, first.Revision)
		_, err = k.Act(ctx, k.WS, j.ID, job.Pause, "key:test")
		check(t, err)
		equal(t, "what it waits for when paused", k.Read(j.ID).WaitReason, "")
		check(t, k.PutBack(ctx, again[0], job.WaitStorage)) // by a worker that is late
		equal(t, "wake-ups of a paused job", len(k.Due()), 0)
		_, err = k.Act(ctx, k.WS, j.ID, job.Resume, "key:test")
		check(t, err)
		equal(t, "what it waits for when resumed", k.Read(j.ID).WaitReason, job.WaitWorker)
		k.Run(100)
		equal(t, "state", k.Read(j.ID).State, job.Succeeded)
	}
}

// liveness returns the only liveness row.
func (k *Kit) liveness(t *testing.T) job.Liveness {
	t.Helper()
	liveness, next, err := k.Liveness(t.Context(), 0, 10)
	check(t, err)
	equal(t, "liveness rows", len(liveness), 1)
	equal(t, "the next page", next, 0)
	return liveness[0]
}

// wakeUpsHideNone lets more work wait than a relay reads at a time. Waiting work
// does not hide due work, long waits do not hide short ones, and one workspace
// does not hide another.
func wakeUpsHideNone(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	const limit = 3
	for range 2 * limit {
		k.Accept(k.Single(1, `{"score": 2}`))
		k.Accept(k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))
	}
	for i, r := range k.Due() { // all are put back to wait
		r.Wait = time.Hour.Microseconds() + int64(i)
		check(t, k.PutBack(ctx, r, job.WaitDatabase))
	}
	other := *k
	other.WS = k.workspace(t, "other")
	other.Add(1, person)
	last := map[int64]bool{
		k.Accept(k.Single(2, `{"score": 2}`)).Num:                                    true,
		k.Accept(k.Bulk(`{"visits": 2}`, `{"score": 1}`, job.Options{})).Num:         true,
		other.Accept(other.Bulk(`{"visits": 2}`, `{"score": 1}`, job.Options{})).Num: true,
	}
	wakeUps, err := k.Singles(ctx, limit)
	check(t, err)
	bulk, err := k.Bulks(ctx, limit)
	check(t, err)
	equal(t, "singles that are read", len(wakeUps), limit+1)
	equal(t, "bulk shards that are read", len(bulk), limit+2)
	for _, r := range append(wakeUps, bulk...) {
		if r.Wait == 0 {
			equal(t, fmt.Sprint("that job ", r.Job, " is due"), last[r.Job], true)
			delete(last, r.Job)
		}
	}
	equal(t, "those that are due and hidden", len(last), 0)
}

// shortWaitsHideNoLongerOnes puts more wake-ups into the outbox than a relay reads
// at a time. All others have a shorter wait than the first one and are put back
// whenever they are due. The relay must still read the first one.
func shortWaitsHideNoLongerOnes(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	const limit = 3
	var jobs []job.Job
	for range 3 * limit {
		jobs = append(jobs, k.Accept(k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{})))
	}
	first := jobs[0].Num
	for _, r := range k.Due() {
		r.Wait = (time.Second - time.Millisecond).Microseconds()
		if r.Job == first {
			r.Wait = time.Second.Microseconds()
		}
		check(t, k.PutBack(ctx, r, job.WaitDatabase))
	}
	for round := range 2 * limit {
		wakeUps, err := k.Bulks(ctx, limit)
		check(t, err)
		var others []job.WakeUp
		read := false
		for _, r := range wakeUps {
			if r.Job == first {
				read = true
			} else {
				others = append(others, r)
			}
		}
		equal(t, fmt.Sprint("that the longest wait is read in round ", round), read, true)
		for _, r := range others {
			check(t, k.Sent(ctx, []job.WakeUp{r}))
			check(t, k.PutBack(ctx, r, job.WaitDatabase))
		}
	}
}

// workspace creates another workspace.
func (k *Kit) workspace(t *testing.T, name string) auth.Workspace {
	t.Helper()
	key, _, err := k.CreateKey(t.Context(), auth.Key{Name: name, Workspace: auth.Workspace{Name: name}, Scopes: []auth.Scope{auth.Admin}})
	check(t, err)
	return key.Workspace
}

// livenessComesInPages reads the liveness of a few jobs at a time, some of which
// wait in the outbox. Each page starts where the one before ended.
func livenessComesInPages(t *testing.T, k *Kit) {
	k.Add(20, person)
	for range 7 {
		k.Accept(k.Single(1, `{"score": 2}`))
	}
	lost := k.Due()[3:]
	for _, r := range lost[:2] {
		check(t, k.PutBack(t.Context(), r, job.WaitDatabase))
	}
	seen, pages, after := 0, 0, int64(0)
	for ; after != 0 || pages == 0; pages++ {
		liveness, next, err := k.Liveness(t.Context(), after, 2)
		check(t, err)
		for _, p := range liveness {
			equal(t, "that a liveness row is of its page", p.Job > after && (next == 0 || p.Job <= next), true)
			seen++
		}
		after = next
	}
	equal(t, "liveness rows", seen, 5)
	equal(t, "pages", pages, 4)
}

// notesComeInSteps marks more wake-ups than one transaction takes as unsent,
// and then as sent again.
func notesComeInSteps(t *testing.T, k *Kit) {
	k.Add(20, person)
	const jobs = 501
	var last job.Job
	for range jobs {
		last = k.Accept(k.Single(1, `{"score": 2}`))
	}
	for _, reason := range []string{job.WaitRedis, ""} {
		steps := 0
		for more := true; more; steps++ {
			var err error
			more, err = k.Unsent(t.Context(), reason)
			check(t, err)
		}
		equal(t, "steps", steps, 3) // the last finds nothing
		want := job.WaitRedis
		if reason == "" {
			want = job.WaitWorker
		}
		equal(t, "what the last waits for", k.Read(last.ID).WaitReason, want)
	}
}
