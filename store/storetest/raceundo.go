package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bulkpatch/job"
)

// manyUndosAreOne lets many callers undo one job at the same time: all of
// them get the same job, and it takes back what there is once.
func manyUndosAreOne(t *testing.T, k *Kit) {
	k.Add(60, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(7)
	ids := make([]string, 20)
	var callers sync.WaitGroup
	for i := range ids {
		callers.Go(func() {
			u, err := k.Undo(t.Context(), k.WS, j.ID, "key:test")
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

// anUndoHoldsAgainstExpiry lets the undo of a job race the end of the time
// for which its former values are kept. Either the undo is refused, or it
// restores everything.
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
			k.retire()
		})
		u, err := k.Undo(t.Context(), k.WS, j.ID, "key:test")
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

// reset gives people their visits back by an import.
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
