package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// draft checks a new person.
func (k *Kit) draft(text string) model.Draft {
	k.tb.Helper()
	d, faults := k.People.CheckDraft([]byte(text), model.Create)
	if len(faults) > 0 {
		k.tb.Fatal(faults)
	}
	return d
}

func createdUnlessThere(t *testing.T, k *Kit) {
	byDomain, byName := k.Filter(`{"domain": "a.example"}`), k.Filter(`{"name": "Ana"}`)
	unless := func(text string, found ...filter.Filter) (id any, existed bool) {
		t.Helper()
		rec, existed, err := k.CreateRecord(t.Context(), k.WS, k.People, k.draft(text), found...)
		check(t, err)
		return rec.Values[k.People.Role(model.RoleID).Index], existed
	}
	k.Add(3, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "Ana"}`, 30-10*i) })
	id, existed := unless(`{"name": "Ana"}`, byDomain, byName)
	equal(t, "oldest of three by name", fmt.Sprint(id, existed), "30 true")
	id, existed = unless(`{"name": "Bo", "domain": "a.example"}`, byDomain)
	equal(t, "none by domain", fmt.Sprint(id, existed), "31 false")
	id, existed = unless(`{"name": "Ana"}`, byDomain, byName)
	equal(t, "the first filter goes first", fmt.Sprint(id, existed), "31 true")

	_, _, err := k.CreateRecord(t.Context(), k.WS, k.People, k.draft(`{"id": 31, "name": "Cy"}`), k.Filter(`{"name": "Cy"}`))
	equal(t, "a taken id", errors.Is(err, job.ErrExists), true)
	var taken *job.UniqueError
	_, _, err = k.CreateRecord(t.Context(), k.WS, k.People, k.draft(`{"name": "Cy", "domain": "a.example"}`))
	equal(t, "a taken value", errors.As(err, &taken) && taken.Field == "domain", true)
	k.raceToCreate(t)
}

// raceToCreate lets many callers create the same record.
func (k *Kit) raceToCreate(t *testing.T) {
	const callers = 20
	d, found := k.draft(`{"name": "Only"}`), k.Filter(`{"name": "Only"}`)
	var made sync.Map
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			rec, existed, err := k.CreateRecord(t.Context(), k.WS, k.People, d, found)
			if err != nil {
				t.Error(err)
				return
			}
			made.Store(fmt.Sprint(rec.RID), true)
			if !existed {
				made.Store("made", true)
			}
		})
	}
	all.Wait()
	equal(t, "records of one name", len(k.All(`{"name": "Only"}`)), 1)
	count := 0
	made.Range(func(_, _ any) bool { count++; return true })
	equal(t, "one number, and one caller who made it", count, 2)
}
