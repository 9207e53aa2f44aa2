package storetest

import (
	"errors"
	"testing"
	"time"

	"bulkpatch/job"
)

const day = 24 * time.Hour

// tombstonesEnd lets a job and its undo, accepted three weeks later, become
// tombstones and be deleted. The first tombstone stays as long as the second
// names it.
func tombstonesEnd(t *testing.T, k *Kit) {
	k.Add(9, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	single := k.Accept(k.Single(2, `{"name": "Once"}`))
	k.Run(5)
	k.Pass(3 * day)
	undo, err := k.UndoJob(j.ID)
	check(t, err)
	k.Run(5)
	answers := func(when string, id string, want error) job.Job {
		t.Helper()
		got, err := k.Job(t.Context(), k.WS, id)
		if !errors.Is(err, want) {
			t.Errorf("%s: reading the job answers %v, not %v", when, err, want)
		}
		return got
	}
	k.Pass(28 * day) // the undo has two days left
	k.purge()
	gone := answers("after the retention", j.ID, job.ErrGone)
	equal(t, "who made it", gone.CreatedBy, "key:test")
	equal(t, "when", gone.CreatedAt, j.CreatedAt)
	answers("after the retention", single.ID, job.ErrGone)
	k.Pass(29 * day)
	k.purge()
	answers("before the tombstone's time is over", single.ID, job.ErrGone)
	equal(t, "what the undo's tombstone says it undoes", answers("after its retention", undo.ID, job.ErrGone).UndoOf, j.ID)
	k.Pass(2 * day)
	k.purge()
	answers("after the tombstone's time", single.ID, job.ErrNotFound)
	answers("while its undo is named", j.ID, job.ErrGone)
	equal(t, "the last job of a record, by its tombstone", *k.All(`{}`)["1"].LastJobID, undo.ID)
	k.Pass(30 * day)
	k.purge()
	k.purge()
	answers("after the undo's tombstone's time", undo.ID, job.ErrNotFound)
	answers("after its undo's tombstone's time", j.ID, job.ErrNotFound)
	equal(t, "the last job of a record, forgotten", k.All(`{}`)["1"].LastJobID, nil)
	_, err = k.Act(t.Context(), k.WS, j.ID, job.Cancel, "key:test")
	equal(t, "an action on it is of nothing", errors.Is(err, job.ErrNotFound), true)
	if next := k.Accept(k.Single(1, `{"name": "New"}`)); next.Num <= undo.Num {
		t.Errorf("job %d comes after %d", next.Num, undo.Num)
	}
}
