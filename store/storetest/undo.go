package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"bulkpatch/job"
)

// Follow returns a request for a job that follows another: a retry or an undo.
func (k *Kit) Follow(parent string) job.Follow {
	return job.Follow{Parent: parent}
}

// UndoJob accepts the undo of a job.
func (k *Kit) UndoJob(id string) (job.Job, error) {
	j, _, err := k.Undo(k.tb.Context(), k.Follow(id))
	return j, err
}

// RetryJob accepts a retry of a job.
func (k *Kit) RetryJob(id string, onMismatch job.OnMismatch) (job.Job, error) {
	f := k.Follow(id)
	f.OnMismatch = onMismatch
	j, _, err := k.Retry(k.tb.Context(), f)
	return j, err
}

// undo accepts the undo of a job and runs it.
func (k *Kit) undo(id string, chunk int) job.Job {
	k.tb.Helper()
	u, err := k.UndoJob(id)
	check(k.tb, err)
	k.Run(chunk)
	return k.Read(u.ID)
}

func undoRestores(t *testing.T, k *Kit) {
	k.Add(300, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": {"$in": ["trial", "paid"]}}`, `{"state": "paid", "score": 2.5, "active": null}`, job.Options{}))
	k.Run(40)
	// Edits since: of a field that the job changed, of one that had the value
	// already, and of one that the job did not set.
	k.Add(1, func(int) string { return `{"id": 1, "score": 9}` })
	k.Add(1, func(int) string { return `{"id": 2, "state": "back"}` }) // was already paid
	k.Add(1, func(int) string { return `{"id": 4, "name": "Newly named"}` })
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(5)))
	j = k.Read(j.ID)
	equal(t, "undo is available", j.UndoAvailable, true)
	u := k.undo(j.ID, 30)
	invariant(t, u)
	equal(t, "state", u.State, job.PartiallySucceeded)
	equal(t, "kind", u.Kind, job.Undo)
	equal(t, "undo of", u.UndoOf, j.ID)
	equal(t, "restored", u.Updated, j.Updated-2)
	equal(t, "conflicted", u.Conflicted, 1)
	equal(t, "skipped", u.Skipped, 1)
	equal(t, "undone by", k.Read(j.ID).UndoneBy, u.ID)
	after, outcomes := k.All(`{}`), k.Outcomes(u.ID, 50)
	equal(t, "the edited one", outcomes["1"].Error.Code, "changed_since")
	equal(t, "score of the edited one", *after["1"].Score, 9)
	equal(t, "state of the edited one", *after["1"].State, "paid")
	equal(t, "a later edit of what the job did not change", *after["2"].State, "back")
	equal(t, "a later edit of another field", after["4"].Name, "Newly named")
	equal(t, "from", string(outcomes["4"].Changed["score"].From), "2.5")
	equal(t, "to", string(outcomes["4"].Changed["score"].To), "null")
	for id, p := range after {
		was := before[id]
		if id == "1" || id == "2" {
			continue
		}
		equal(t, "state of "+id, *p.State, *was.State)
		equal(t, "active of "+id, *p.Active, *was.Active)
		equal(t, "score of "+id, p.Score == nil, true)
	}
}

func undoOfUndo(t *testing.T, k *Kit) {
	k.Add(60, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1, "custom": {"tier": "x"}}`, job.Options{}))
	k.Run(7)
	u := k.undo(j.ID, 6)
	equal(t, "restored", u.Updated, 20)
	equal(t, "objects that were not there are not again", len(k.All(`{"custom": null}`)), 60)
	again, err := k.UndoJob(j.ID)
	check(t, err)
	equal(t, "the second undo", again.ID, u.ID)
	uu := k.undo(u.ID, 5)
	equal(t, "written again", uu.Updated, 20)
	equal(t, "as the job had it", len(k.All(`{"visits": -1, "custom.tier": "x"}`)), 20)
	uuu := k.undo(uu.ID, 5)
	equal(t, "and back", uuu.Updated, 20)
	for id, p := range k.All(`{"state": "trial"}`) {
		equal(t, "version of "+id, p.Version, 5)
		equal(t, "visits of "+id, *p.Visits, p.ID-1)
	}
}

func undoInsideObjects(t *testing.T, k *Kit) {
	k.Add(3, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "custom": {"tier": "a", "x": {"y": 1, "z": 2}}}`, i+1)
	})
	j := k.Accept(k.Bulk(`{}`, `{"custom": {"tier": "b", "x": {"y": null}, "new": [1]}}`, job.Options{AllowAll: true}))
	k.Run(10)
	k.Add(1, func(int) string { return `{"id": 2, "custom": {"x": {"z": 3}, "own": true}}` }) // other keys
	k.Add(1, func(int) string { return `{"id": 3, "custom": {"x": {"y": 5}}}` })              // a key of the job
	u := k.undo(j.ID, 10)
	equal(t, "restored", u.Updated, 2)
	all := k.All(`{}`)
	equal(t, "first", string(all["1"].Custom), `{"tier":"a","x":{"y":1,"z":2}}`)
	equal(t, "with other keys edited", string(all["2"].Custom), `{"own":true,"tier":"a","x":{"y":1,"z":3}}`)
	equal(t, "with a key of the job edited", string(all["3"].Custom), `{"new":[1],"tier":"b","x":{"y":5,"z":2}}`)
}

func undoNamesWhatItCannot(t *testing.T, k *Kit) {
	k.Add(5, person)
	secret := k.Accept(k.Single(1, `{"pin": "1234", "name": "x"}`))
	k.Run(1)
	equal(t, "the secret's change", string(k.Outcomes(secret.ID, 1)["1"].Changed["pin"].From), `"***"`)
	u := k.undo(secret.ID, 1)
	equal(t, "state", u.State, job.Failed)
	equal(t, "reason", k.Outcomes(u.ID, 1)["1"].Error.Code, "secret_not_kept")
	equal(t, "name", k.All(`{}`)["1"].Name, "x")

	k.Add(1, func(int) string { return `{"id": 2, "domain": "a.example"}` })
	moved := k.Accept(k.Single(2, `{"domain": "b.example"}`))
	k.Run(1)
	k.Add(1, func(int) string { return `{"id": 3, "domain": "a.example"}` })
	u = k.undo(moved.ID, 1)
	equal(t, "reason of a value that is taken by now", k.Outcomes(u.ID, 1)["2"].Error.Code, "unique")

	nothing := k.Accept(k.Bulk(`{"name": "nobody"}`, `{"visits": 1}`, job.Options{}))
	k.Run(1)
	for _, id := range []string{nothing.ID, k.Accept(k.Bulk(`{"id": 5}`, `{"visits": 1}`, job.Options{})).ID} {
		_, err := k.UndoJob(id)
		var refused *job.StateError
		equal(t, "an undo of nothing, or of what has not ended, is refused", errors.As(err, &refused), true)
	}
}

func retryTakesTheRest(t *testing.T, k *Kit) {
	k.Add(30, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"domain": "one.example"}`, job.Options{}))
	k.Add(1, func(int) string { return `{"id": 28, "state": "left"}` })
	for range 12 {
		if _, err := k.ApplyChunk(t.Context(), l, 1); err != nil {
			t.Fatal(err)
		}
		if k.Read(j.ID).Failed == 3 {
			break
		}
	}
	j, err := k.Act(t.Context(), k.WS, j.ID, job.Cancel, "key:test")
	check(t, err)
	equal(t, "updated", j.Updated, 1)
	equal(t, "pending", *j.Pending(), 6)
	_, err = k.UndoJob(j.ID)
	check(t, err) // the domain is free again
	k.Run(10)
	r, err := k.RetryJob(j.ID, "")
	check(t, err)
	k.Run(10)
	r = k.Read(r.ID)
	invariant(t, r)
	equal(t, "retry of", r.RetryOf, j.ID)
	equal(t, "matched", *r.Matched, 9)
	equal(t, "updated", r.Updated, 1)
	equal(t, "failed", r.Failed, 7)
	equal(t, "skipped", r.Skipped, 1)
	again, err := k.RetryJob(r.ID, job.Force)
	check(t, err)
	k.Run(10)
	again = k.Read(again.ID)
	equal(t, "matched with force", *again.Matched, 8)
	equal(t, "failed with force", again.Failed, 8)

	forced, lease := k.Start(k.Bulk(`{"state": "paid"}`, `{"visits": -1}`, job.Options{OnMismatch: job.Force}))
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(2)))
	k.Work(lease, 10)
	k.Run(10)
	equal(t, "skipped by a forced job", k.Read(forced.ID).Skipped, 1)
	for onMismatch, want := range map[job.OnMismatch]int64{"": 0, job.Force: 1} {
		again, err := k.RetryJob(forced.ID, onMismatch)
		check(t, err)
		k.Run(10)
		equal(t, fmt.Sprintf("matched by its retry with %q", onMismatch), *k.Read(again.ID).Matched, want)
	}

	done := k.Accept(k.Bulk(`{"id": 1}`, `{"name": "x"}`, job.Options{}))
	k.Run(1)
	_, err = k.RetryJob(done.ID, "")
	var refused *job.StateError
	equal(t, "a retry of nothing is refused", errors.As(err, &refused), true)
}

func previewJob(t *testing.T, k *Kit) {
	k.Add(30, person)
	sub := k.Bulk(`{"state": {"$in": ["trial", "paid"]}}`, `{"state": "paid"}`, job.Options{})
	want, err := k.Preview(t.Context(), sub)
	check(t, err)
	sub.Kind, sub.Confirms = job.PreviewKind, "seed"
	j := k.Accept(sub)
	k.Run(10)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "preview", fmt.Sprint(*j.Preview), fmt.Sprint(want))
	equal(t, "confirms", j.Confirms, "seed")
	equal(t, "written", len(k.All(`{"state": "paid"}`)), 10)
	one := k.Single(1, `{"name": "x"}`)
	one.Kind = job.PreviewKind
	j = k.Accept(one)
	k.Run(10)
	equal(t, "a single's preview", k.Read(j.ID).Preview.WouldChange, 1)
}

// retriedUndo retries an undo that was stopped half way. While the former
// values are kept, the retry restores them. Afterwards it is refused, and no
// record is changed.
func retriedUndo(t *testing.T, k *Kit) {
	k.Add(60, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(30)
	u := k.halfUndone(j.ID)
	equal(t, "remaining of the undo", *k.Read(u.ID).Pending(), int64(15))

	k.Pass(8 * 24 * time.Hour)
	half := k.versions()
	if _, err := k.Purge(t.Context()); err != nil { // begins to delete the values
		t.Fatal(err)
	}
	_, err := k.RetryJob(u.ID, "")
	var refused *job.StateError
	equal(t, "a retry without the values is refused", errors.As(err, &refused), true)
	k.purge()
	_, err = k.RetryJob(u.ID, "")
	equal(t, "a retry when all values have expired is refused", errors.As(err, &refused), true)
	equal(t, "what the undo allows", fmt.Sprint(k.Read(u.ID).AllowedActions()), "[]")
	k.Run(5)
	equal(t, "records", fmt.Sprint(k.versions()), fmt.Sprint(half))

	j = k.Accept(k.Bulk(`{"state": "paid"}`, `{"visits": -1}`, job.Options{}))
	k.Run(30)
	u = k.halfUndone(j.ID)
	r, err := k.RetryJob(u.ID, "")
	check(t, err)
	k.Pass(8 * 24 * time.Hour)
	k.purge() // must keep what the retry needs
	k.Run(5)
	equal(t, "taken back by the retry", k.Read(r.ID).Updated, int64(15))
	for id, p := range k.All(`{"state": "paid"}`) {
		equal(t, "visits of "+id, *p.Visits, *before[id].Visits)
	}
}

// halfUndone undoes five records of a job, and stops the undo.
func (k *Kit) halfUndone(id string) job.Job {
	k.tb.Helper()
	ctx := k.tb.Context()
	u, err := k.UndoJob(id)
	check(k.tb, err)
	l := k.Lease()
	_, err = k.Resolve(ctx, l)
	check(k.tb, err)
	_, err = k.ApplyChunk(ctx, l, 5)
	check(k.tb, err)
	check(k.tb, k.Fail(ctx, l.Ref, job.Error{Code: "test"}))
	return u
}
