package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// name returns how a job is watched.
func (k *Kit) name(id string) job.Name { return job.Name{Workspace: k.WS.ID, ID: id} }

func watchedJobsAreReadTogether(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	other, _, err := k.CreateKey(ctx, auth.Key{Name: "other", Workspace: auth.Workspace{Name: "other"}, Scopes: []auth.Scope{auth.Admin}})
	check(t, err)
	bulk := k.Accept(k.Bulk(`{}`, `{"name": "x"}`, job.Options{AllowAll: true}))
	single := k.Accept(k.Single(2, `{"name": "y"}`))
	watched := []job.Name{k.name(bulk.ID), k.name(single.ID), k.name("no such job"), {Workspace: other.Workspace.ID, ID: bulk.ID}}
	agree := func(when string) {
		t.Helper()
		got, err := k.Revisions(ctx, watched)
		check(t, err)
		equal(t, "watched jobs "+when, len(got), 2)
		for _, id := range []string{bulk.ID, single.ID} {
			equal(t, "revision "+when, got[k.name(id)], k.Read(id).Revision)
		}
	}
	agree("at first")
	k.Run(3)
	agree("at the end")

	jobs, err := k.JobsByID(ctx, k.WS, []string{single.ID, bulk.ID, "no such job"})
	check(t, err)
	equal(t, "jobs read together", len(jobs), 2)
	for _, j := range jobs {
		equal(t, "revision of one", j.Revision, k.Read(j.ID).Revision)
	}
	jobs, err = k.JobsByID(ctx, other.Workspace, []string{bulk.ID})
	check(t, err)
	equal(t, "jobs of another workspace", len(jobs), 0)

	k.Pass(31 * 24 * time.Hour)
	k.purge()
	got, err := k.Revisions(ctx, watched)
	check(t, err)
	equal(t, "watched jobs after their retention", len(got), 0)
	jobs, err = k.JobsByID(ctx, k.WS, []string{bulk.ID})
	check(t, err)
	equal(t, "tombstones", len(jobs) == 1 && jobs[0].ExpiredAt != nil, true)
}

func commitsSayWhatTheyChanged(t *testing.T, k *Kit) {
	k.Add(20, person)
	var mu sync.Mutex
	var told []string
	k.Subscribe(func(ids []string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, ids...)
	})
	taken := func() []string {
		mu.Lock()
		defer mu.Unlock()
		taken := told
		told = nil
		return taken
	}
	j := k.Accept(k.Bulk(`{}`, `{"name": "x"}`, job.Options{AllowAll: true}))
	taken()
	k.Run(5)
	ids := taken()
	equal(t, "commits of the job, at least", len(ids) >= 5, true)
	equal(t, "commits of others", slices.ContainsFunc(ids, func(id string) bool { return id != j.ID }), false)
}
