package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bulkpatch/job"
)

// manyUndosAreOne lets many callers undo one job at the same time: all of them
// get the same job, and it restores each record once.
func manyUndosAreOne(t *testing.T, k *Kit) {
	k.Add(60, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(7)
	ids := make([]string, 20)
	var callers sync.WaitGroup
	for i := range ids {
		callers.Go(func() {
			u, err := k.UndoJob(j.ID)
			if err != nil {
				t.Error(err)
			}
			ids[i] = u.ID
		})
	}
	callers.Wait()
	for _, id := range ids {
		equal(t, "the undo job of every caller", id, ids[0])
	}
	k.Run(7)
	equal(t, "jobs", len(k.jobs()), 2)
	equal(t, "restored", k.Read(ids[0]).Updated, k.Read(j.ID).Updated)
	for id, p := range k.All(`{}`) {
		equal(t, "visits of "+id, *p.Visits, *before[id].Visits)
		grown := int64(0)
		if *before[id].State == "trial" {
			grown = 2 // by the job and by its undo
		}
		equal(t, "version of "+id, p.Version, before[id].Version+grown)
	}
}

// oneKeyOneFollower lets many callers retry a job with one key at the same
// time, and then uses the key for something else.
func oneKeyOneFollower(t *testing.T, k *Kit) {
	k.Add(60, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err := k.ApplyChunk(t.Context(), l, 5)
	check(t, err)
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	retry := k.Follow(j.ID)
	retry.IdempotencyKey, retry.Fingerprint = "again", "retry"
	ids := make([]string, 20)
	var callers sync.WaitGroup
	for i := range ids {
		callers.Go(func() {
			r, _, err := k.Retry(t.Context(), retry)
			if err != nil {
				t.Error(err)
			}
			ids[i] = r.ID
		})
	}
	callers.Wait()
	for _, id := range ids {
		equal(t, "the retry of every caller", id, ids[0])
	}
	_, replayed, err := k.Retry(t.Context(), retry)
	check(t, err)
	equal(t, "replayed", replayed, true)
	equal(t, "jobs", len(k.jobs()), 2)

	undo := k.Follow(j.ID)
	undo.IdempotencyKey, undo.Fingerprint = "again", "undo"
	_, _, err = k.Undo(t.Context(), undo)
	equal(t, "an undo under the retry's key", errors.Is(err, job.ErrKeyReused), true)
	first, err := k.UndoJob(j.ID) // which has no key
	check(t, err)
	undo.IdempotencyKey = "back"
	u, replayed, err := k.Undo(t.Context(), undo)
	check(t, err)
	equal(t, "the undo", u.ID, first.ID)
	equal(t, "replayed", replayed, false)
	u, replayed, err = k.Undo(t.Context(), undo)
	check(t, err)
	equal(t, "the undo under its key", u.ID, first.ID)
	equal(t, "replayed", replayed, true)
	k.Run(7)
	retried := k.Read(ids[0])
	equal(t, "what was pending is taken", retried.Updated+retried.Unchanged, *k.Read(j.ID).Pending())
}

// anUndoHoldsAgainstExpiry accepts the undo of a job while its former values
// expire. Either the undo is refused, or it restores everything.
func anUndoHoldsAgainstExpiry(t *testing.T, k *Kit) {
	const people = 60
	k.Add(people, person)
	accepted, refusals := 0, 0
	for range 30 {
		before := k.All(`{}`)
		j := k.Accept(k.Bulk(`{"visits": {"$exists": true}}`, `{"visits": -1}`, job.Options{}))
		k.Run(20)
		var racers sync.WaitGroup
		racers.Go(func() {
			k.Pass(8 * 24 * time.Hour)
			k.purge()
		})
		u, err := k.UndoJob(j.ID)
		racers.Wait()
		var refused *job.StateError
		if errors.As(err, &refused) {
			refusals++
			k.Run(20)
			k.reset(before)
			continue
		}
		check(t, err)
		accepted++
		k.Run(20)
		equal(t, "restored by an undo that was accepted", k.Read(u.ID).Updated, k.Read(j.ID).Updated)
	}
	t.Logf("%d undos were accepted and %d refused", accepted, refusals)
	equal(t, "undos that had an answer", accepted+refusals, 30)
}

// reset gives people their visits back, by an import.
func (k *Kit) reset(was map[string]Person) {
	k.tb.Helper()
	people := make([]Person, 0, len(was))
	for _, p := range was {
		people = append(people, p)
	}
	k.Add(len(people), func(i int) string { return visitsOf(people[i]) })
}

func visitsOf(p Person) string {
	return fmt.Sprintf(`{"id": %d, "visits": %d}`, p.ID, *p.Visits)
}
