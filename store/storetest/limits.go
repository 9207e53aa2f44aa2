package storetest

import (
	"errors"
	"testing"
	"time"

	"bulkpatch/job"
)

// OpenJobs is how many open jobs, except singles, a workspace of a [Kit] may
// have.
const OpenJobs = 1000

// openJobsAreLimited fills a workspace with jobs of each kind. A repeated
// request still gets its answer, another workspace has its own limit, and a job
// that ends makes room.
func openJobsAreLimited(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	bulk := func() job.Submission { return k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}) }
	done, _ := k.Start(k.Bulk(`{"state": "trial"}`, `{"score": 3}`, job.Options{}))
	check(t, k.Fail(ctx, job.Ref{Workspace: k.WS.ID, Job: done.Num}, job.Error{Code: "test"}))
	first := bulk()
	first.Once = job.Once{IdempotencyKey: "k", Fingerprint: "f"}
	j := k.Accept(first)
	for range OpenJobs - 1 {
		k.Accept(bulk())
	}
	preview := bulk()
	preview.Kind = job.PreviewKind
	for _, sub := range []job.Submission{bulk(), preview} {
		_, _, err := k.Submit(ctx, sub)
		equal(t, "that one more is refused", errors.Is(err, job.ErrTooManyJobs), true)
	}
	_, _, err := k.Retry(ctx, job.Follow{Parent: done.ID})
	equal(t, "that a retry is", errors.Is(err, job.ErrTooManyJobs), true)
	used, most, err := k.OpenUse(ctx, k.WS)
	check(t, err)
	equal(t, "the open jobs", used.Bulks, OpenJobs)
	equal(t, "how many there may be", [2]int64{most.Bulks, most.Singles}, [2]int64{OpenJobs, 10 * OpenJobs})
	again, replayed, err := k.Submit(ctx, first)
	check(t, err)
	equal(t, "the job of a key", again.ID, j.ID)
	equal(t, "that it is replayed", replayed, true)
	k.Accept(k.Single(1, `{"score": 2}`))
	other := *k
	other.WS = k.workspace(t, "other")
	other.Accept(other.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))

	_, err = k.Act(ctx, k.WS, j.ID, job.Cancel, "key:test")
	check(t, err)
	k.Pass(time.Second)
	_, _, err = k.Retry(ctx, job.Follow{Parent: done.ID})
	check(t, err)
	_, _, err = k.Submit(ctx, bulk())
	equal(t, "that the one place is taken", errors.Is(err, job.ErrTooManyJobs), true)
}
