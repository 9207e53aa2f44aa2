package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"bulkpatch/job"
)

// UndoSome accepts the undo of chosen records of a job.
func (k *Kit) UndoSome(id string, people ...int64) (job.Job, error) {
	f := k.Follow(id)
	f.IDs = []any{}
	for _, p := range people {
		f.IDs = append(f.IDs, p)
	}
	j, _, err := k.Undo(k.tb.Context(), f)
	return j, err
}

// undoneSome accepts such an undo and runs it.
func (k *Kit) undoneSome(id string, people ...int64) job.Job {
	k.tb.Helper()
	u, err := k.UndoSome(id, people...)
	check(k.tb, err)
	k.Run(10)
	return k.Read(u.ID)
}

// undoOfChosenRecords restores some records of a job, and then all others.
// Record 999 does not exist, and record 2 was never selected.
func undoOfChosenRecords(t *testing.T, k *Kit) {
	k.Add(30, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{})) // 1, 4, 7 … 28
	k.Run(3)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(7)))
	some, err := k.UndoSome(j.ID, 1, 4, 7, 2, 999)
	check(t, err)
	equal(t, "fixed at once", *some.Matched, 3)
	k.Run(10)
	some = k.Read(some.ID)
	invariant(t, some)
	equal(t, "restored", some.Updated, 2)
	equal(t, "skipped, as it was deleted", some.Skipped, 1)
	equal(t, "undone by", k.Read(j.ID).UndoneBy, some.ID)
	equal(t, "undo is available for the others", k.Read(j.ID).UndoAvailable, true)
	_, err = k.UndoSome(j.ID, 1, 2)
	var refused *job.StateError
	equal(t, "an undo of what is restored is refused", errors.As(err, &refused) && refused.Reason != "", true)
	equal(t, "restored again", k.undoneSome(j.ID, 4, 10).Updated, 1)

	u := k.undo(j.ID, 5)
	equal(t, "remaining for an undo of all", *u.Matched, 7)
	equal(t, "restored by it", u.Updated, 6)
	again, err := k.UndoJob(j.ID)
	check(t, err)
	equal(t, "the second undo of all", again.ID, u.ID)
	equal(t, "undo is available", k.Read(j.ID).UndoAvailable, false)
	for id, p := range k.All(`{}`) {
		equal(t, "visits of "+id, *p.Visits, *before[id].Visits)
		equal(t, "version of "+id, p.Version, map[bool]int64{true: 3, false: 1}[*p.State == "trial"])
	}
}

// undosSideBySide has several undos open that name the same records, and one
// that was stopped half way: each record is restored once.
func undosSideBySide(t *testing.T, k *Kit) {
	k.Add(60, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(30)
	some, err := k.UndoSome(j.ID, 1, 4)
	check(t, err)
	others, err := k.UndoSome(j.ID, 4, 7)
	check(t, err)
	all, err := k.UndoJob(j.ID)
	check(t, err)
	k.Run(5)
	var tally job.Tally
	for _, id := range []string{some.ID, others.ID, all.ID} {
		u := k.Read(id)
		equal(t, "state", u.State, job.Succeeded)
		tally = tally.Add(u.Tally)
	}
	equal(t, "restored by all together", tally.Updated, 20)
	equal(t, "conflicts", tally.Conflicted, 0)
	versions := k.versions()
	for _, id := range []string{"1", "4", "7", "58"} {
		equal(t, "version of "+id, versions[id], 3)
	}

	j = k.Accept(k.Bulk(`{"state": "paid"}`, `{"visits": -1}`, job.Options{}))
	k.Run(30)
	half := k.halfUndone(j.ID)
	rest := k.undoneSome(j.ID, 2, 5, 17, 20)
	equal(t, "remaining of the undo that was stopped", *rest.Matched, 2)
	equal(t, "restored of it", rest.Updated, 2)
	r, err := k.RetryJob(half.ID, "")
	check(t, err)
	k.Run(5)
	r = k.Read(r.ID)
	equal(t, "restored by the retry", fmt.Sprint(r.Updated, r.Unchanged, r.Conflicted), "13 2 0")
	equal(t, "more to undo when all are restored", k.Read(j.ID).UndoAvailable, false)
}

// undoNamesConflicts checks what an undo tells of each record that it does not
// restore: the value it met, and which job had written it.
func undoNamesConflicts(t *testing.T, k *Kit) {
	k.Add(12, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1, "score": 2.5}`, job.Options{})) // 1, 4, 7, 10
	k.Run(10)
	k.Add(1, func(int) string { return `{"id": 1, "visits": 9}` })
	later := k.Accept(k.Single(4, `{"visits": 8, "score": 1}`))
	k.Accept(k.Single(7, `{"name": "Newly named"}`))
	k.Run(1)
	k.Add(1, func(int) string { return `{"id": 7, "visits": 7}` }) // and not the job that named it
	u := k.undo(j.ID, 10)
	equal(t, "conflicted", u.Conflicted, 3)
	outcomes := k.Outcomes(u.ID, 2)
	met := func(id string) string {
		c := outcomes[id].Conflict
		if c == nil {
			return "none"
		}
		var text []string
		for name, f := range c.Fields {
			text = append(text, fmt.Sprintf("%s wrote %s now %s former %s", name, f.Wrote, f.Now, f.Former))
		}
		slices.Sort(text)
		return fmt.Sprint(text, " by ", c.By)
	}
	equal(t, "an edit by nobody", met("1"), "[visits wrote -1 now 9 former 0] by ")
	equal(t, "an edit by a job", met("4"), "[score wrote 2.5 now 1 former null visits wrote -1 now 8 former 3] by "+later.ID)
	equal(t, "a job that changed something else", met("7"), "[visits wrote -1 now 7 former 6] by ")
	equal(t, "a record that was restored", met("10"), "none")

	k.Pass(8 * 24 * time.Hour)
	k.purge()
	outcomes = k.Outcomes(u.ID, 2)
	equal(t, "after the retention", met("4"), "[] by ")
	equal(t, "its code", outcomes["4"].Error.Code, "changed_since")
}
