package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"bulkpatch/job"
)

func retention(t *testing.T, k *Kit) {
	k.Add(60, person)
	old := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	needed := k.Accept(k.Bulk(`{"state": "paid"}`, `{"visits": -1}`, job.Options{}))
	k.Run(3)
	held, err := k.UndoJob(needed.ID) // not run yet
	check(t, err)
	k.purge()
	equal(t, "values before their time", len(k.Outcomes(old.ID, 100)["1"].Changed), 1)

	k.Pass(8 * 24 * time.Hour)
	k.purge()
	equal(t, "values after their time", len(k.Outcomes(old.ID, 100)["1"].Changed), 0)
	equal(t, "undo after its time", k.Read(old.ID).UndoAvailable, false)
	_, err = k.UndoJob(old.ID)
	var refused *job.StateError
	equal(t, "undo after its time is refused", errors.As(err, &refused), true)
	equal(t, "values that an unfinished undo needs", len(k.Outcomes(needed.ID, 100)["2"].Changed), 1)
	k.Run(7)
	equal(t, "that undo", k.Read(held.ID).Updated, 20)

	final := k.Read(old.ID)
	k.Pass(30 * 24 * time.Hour)
	k.purge()
	gone, err := k.Job(t.Context(), k.WS, old.ID)
	equal(t, "a job after its time", errors.Is(err, job.ErrGone), true)
	equal(t, "its state", gone.State, final.State)
	equal(t, "its counts", gone.Tally, final.Tally)
	equal(t, "its selection", *gone.Matched, *final.Matched)
	equal(t, "jobs listed", len(k.jobs()), 0)
	equal(t, "the last job of a record is still named", *k.All(`{}`)["1"].LastJobID, old.ID)
	_, err = k.Act(t.Context(), k.WS, old.ID, job.Cancel, "key:test")
	equal(t, "an action on it", errors.Is(err, job.ErrGone), true)
	_, err = k.Results(t.Context(), k.WS, old.ID, job.ResultQuery{Limit: 1})
	equal(t, "its results", errors.Is(err, job.ErrGone), true)
}

// wholeOrGone purges a job of many chunks step by step; the job never reached
// some of its records. After each step the job is as it was, or a tombstone: a
// retry of half a job would take records that the job had done.
func wholeOrGone(t *testing.T, k *Kit) {
	k.Add(300, person)
	j, l := k.Start(k.Bulk(`{"id": {"$lte": 290}}`, `{"visits": -1}`, job.Options{}))
	for range 40 {
		_, err := k.ApplyChunk(t.Context(), l, 5)
		check(t, err)
	}
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	j = k.Read(j.ID)
	k.Pass(40 * 24 * time.Hour)
	steps := 0
	for more := true; more; steps++ {
		var err error
		more, err = k.Purge(t.Context())
		check(t, err)
		if _, err := k.Job(t.Context(), k.WS, j.ID); !errors.Is(err, job.ErrGone) {
			check(t, err)
			settled := 0
			for _, r := range k.Outcomes(j.ID, 100) {
				if r.Outcome != job.Pending {
					settled++
				}
			}
			equal(t, "settled records of a job that is there", int64(settled), j.Updated+j.Unchanged)
			continue
		}
		_, err = k.RetryJob(j.ID, "")
		equal(t, "a retry of a tombstone", errors.Is(err, job.ErrGone), true)
		_, err = k.UndoJob(j.ID)
		equal(t, "an undo of a tombstone", errors.Is(err, job.ErrGone), true)
	}
	if steps < 4 {
		t.Errorf("it was purged in %d steps, too few to test what comes in between", steps)
	}
	items, _, err := k.History(t.Context(), k.WS, k.People, int64(1), 10, "")
	check(t, err)
	equal(t, "its remaining changes", len(items), 0)
}

// namesStay purges what has expired while a job waits longer than the
// retention. A record that the job has selected is deleted, and its results
// name the record all the same.
func namesStay(t *testing.T, k *Kit) {
	k.Add(9, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err := k.ApplyChunk(t.Context(), l, 1)
	check(t, err)
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Pause, "key:test")
	check(t, err)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(7)))
	k.Pass(40 * 24 * time.Hour)
	k.purge()
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Resume, "key:test")
	check(t, err)
	k.Run(5)
	k.purge()
	r, named := k.Outcomes(j.ID, 10)["7"]
	equal(t, "the record that was deleted is named", named, true)
	equal(t, "its outcome", r.Outcome, job.Skipped)
	equal(t, "samples", fmt.Sprint(k.Read(j.ID).ErrorSummary[0].SampleIDs), "[7]")
}

// namesStayForARetry lets a job expire whose retries list a record that was
// deleted before they were accepted.
func namesStayForARetry(t *testing.T, k *Kit) {
	k.Add(9, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(7)))
	k.Pass(20 * 24 * time.Hour)
	again, err := k.RetryJob(j.ID, "")
	check(t, err)
	l = k.Lease()
	_, err = k.Resolve(t.Context(), l)
	check(t, err)
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	k.Pass(20 * 24 * time.Hour) // the first expires
	k.purge()
	again, err = k.RetryJob(again.ID, "")
	check(t, err)
	k.Run(5)
	k.Pass(20 * 24 * time.Hour) // and then the second
	k.purge()
	equal(t, "remaining jobs", len(k.jobs()), 1)
	_, named := k.Outcomes(again.ID, 10)["7"]
	equal(t, "the record that was deleted is named", named, true)
}

// maxFailuresInTheLastChunk runs a job of one chunk. The job fails if the chunk
// reaches the limit of failures, and not if it stays below.
func maxFailuresInTheLastChunk(t *testing.T, k *Kit) {
	k.Add(9, person)
	for most, want := range map[int64]job.State{1: job.Failed, 2: job.PartiallySucceeded} {
		j := k.Accept(k.Bulk(`{"id": {"$lte": 2}}`, `{"domain": "new.example"}`, job.Options{MaxFailures: &most}))
		k.Run(5)
		j = k.Read(j.ID)
		equal(t, fmt.Sprintf("a job that may fail %d times", most), j.State, want)
		equal(t, "its error", j.Error != nil && j.Error.Code == "max_failures", want == job.Failed)
	}
}

// purge purges everything that has expired.
func (k *Kit) purge() {
	k.tb.Helper()
	for more := true; more; {
		var err error
		more, err = k.Purge(k.tb.Context())
		check(k.tb, err)
	}
}
