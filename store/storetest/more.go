package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

func singlesApplyOnce(t *testing.T, k *Kit) {
	k.Add(3, person)
	ctx := t.Context()
	j := k.Accept(k.Single(2, `{"name": "One", "state": null}`))
	equal(t, "matched at once", *j.Matched, 1)
	equal(t, "pending result", k.Outcomes(j.ID, 5)["2"].Outcome, job.Pending)
	wakeUps := k.Due()
	check(t, k.ApplySingle(ctx, wakeUps[0]))
	check(t, k.ApplySingle(ctx, wakeUps[0]))
	p := k.All(`{}`)["2"]
	equal(t, "version after two deliveries", p.Version, 2)
	equal(t, "name", p.Name, "One")
	equal(t, "cleared", p.State == nil, true)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "result", string(k.Outcomes(j.ID, 5)["2"].Changed["name"].From), `"Ådne 1"`)

	stale := k.Single(2, `{"name": "Two"}`)
	one := int64(1)
	stale.IfMatch = &one
	j = k.Accept(stale)
	k.Run(1)
	j = k.Read(j.ID)
	equal(t, "state of a stale one", j.State, job.Failed)
	equal(t, "conflicted", j.Conflicted, 1)
	equal(t, "reason", k.Outcomes(j.ID, 5)["2"].Error.Code, "precondition_failed")

	// A task may be forged or damaged: a wake-up for a single does nothing to a
	// job that is not a single.
	bulk := k.Accept(k.Bulk(`{"id": 1}`, `{"name": "bulk"}`, job.Options{}))
	check(t, k.ApplySingle(ctx, job.WakeUp{Ref: job.Ref{Workspace: k.WS.ID, Job: bulk.Num}, Single: true}))
	equal(t, "a bulk job that a single's wake-up names", k.Read(bulk.ID).State, job.Queued)

	gone := k.Accept(k.Single(3, `{"name": "Gone"}`))
	check(t, k.DeleteRecord(ctx, k.WS, k.People, int64(3)))
	k.Run(1)
	equal(t, "skipped", k.Read(gone.ID).Skipped, 1)
	_, _, err := k.Submit(ctx, k.Single(99, `{"name": "x"}`))
	equal(t, "unknown record", errors.Is(err, job.ErrNotFound), true)
}

func oneKeyOneJob(t *testing.T, k *Kit) {
	k.Add(3, person)
	sub := k.Bulk(`{"state": "trial"}`, `{"name": "x"}`, job.Options{})
	sub.IdempotencyKey, sub.Fingerprint = "k1", "f1"
	var wait sync.WaitGroup
	ids := make([]string, 50)
	for i := range ids {
		wait.Go(func() {
			j, _, err := k.Submit(t.Context(), sub)
			if err != nil {
				t.Error(err)
			}
			ids[i] = j.ID
		})
	}
	wait.Wait()
	slices.Sort(ids)
	equal(t, "jobs of one key", len(slices.Compact(ids)), 1)
	j, err := k.Replay(t.Context(), k.WS, "k1", "f1")
	check(t, err)
	equal(t, "the key's job", j.ID, ids[0])
	_, err = k.Replay(t.Context(), k.WS, "k2", "f1")
	equal(t, "an unused key", errors.Is(err, job.ErrNotFound), true)
	sub.Fingerprint = "f2"
	_, _, err = k.Submit(t.Context(), sub)
	equal(t, "another request under the key", errors.Is(err, job.ErrKeyReused), true)
}

func resultsPage(t *testing.T, k *Kit) {
	k.Add(500, person)
	j, l := k.Start(k.Bulk(`{"visits": {"$gte": 100}}`, `{"state": "trial"}`, job.Options{}))
	for range 3 {
		_, err := k.ApplyChunk(t.Context(), l, 40)
		check(t, err)
	}
	for _, page := range []int{1, 7, 40, 1000} {
		counts := map[job.Outcome]int64{}
		for _, r := range k.Outcomes(j.ID, page) {
			counts[r.Outcome]++
		}
		now := k.Read(j.ID)
		equal(t, "updated", counts[job.Updated], now.Updated)
		equal(t, "unchanged", counts[job.Unchanged], now.Unchanged)
		equal(t, "pending", counts[job.Pending], *now.Pending())
	}
	p, err := k.Results(t.Context(), k.WS, j.ID, job.ResultQuery{Outcomes: []job.Outcome{job.Unchanged}, Limit: 1000})
	check(t, err)
	equal(t, "unchanged alone", int64(len(p.Items)), k.Read(j.ID).Unchanged)
	equal(t, "complete while running", p.Complete, false)
	_, err = k.Results(t.Context(), k.WS, j.ID, job.ResultQuery{Cursor: "nonsense", Limit: 1})
	equal(t, "bad cursor", errors.Is(err, job.ErrBadCursor), true)
}

func previewAgrees(t *testing.T, k *Kit) {
	k.Add(200, person)
	sub := k.Bulk(`{"visits": {"$lt": 150}}`, `{"state": "paid"}`, job.Options{})
	p, err := k.Preview(t.Context(), sub)
	check(t, err)
	equal(t, "sample", len(p.Sample), job.MaxPreviewSample)
	equal(t, "sample's new value", string(p.Sample[0].Changed["state"].To), `"paid"`)
	sub.Digest = p.Digest
	j := k.Accept(sub)
	k.Run(20)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "matched", *j.Matched, p.Matched)
	equal(t, "would change", j.Updated, p.WouldChange)
	equal(t, "unchanged", j.Unchanged, p.Unchanged)

	one, err := k.Preview(t.Context(), k.Single(1, `{"name": "New"}`))
	check(t, err)
	equal(t, "a single's preview", one.Matched+one.WouldChange, 2)
}

func historyNamesJobs(t *testing.T, k *Kit) {
	k.Add(40, person)
	bulk := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(5)
	other := k.Accept(k.Bulk(`{"state": "paid"}`, `{"visits": -2}`, job.Options{}))
	k.Run(5)
	single := k.Accept(k.Single(1, `{"name": "Once"}`))
	k.Run(5)
	items, next, err := k.History(t.Context(), k.WS, k.People, int64(1), 10, "")
	check(t, err)
	equal(t, "jobs", len(items), 2)
	equal(t, "newest", items[0].JobID, single.ID)
	equal(t, "oldest", items[1].JobID, bulk.ID)
	equal(t, "former value", string(items[1].Changed["visits"].From), "0")
	equal(t, "next", next, "")
	items, next, err = k.History(t.Context(), k.WS, k.People, int64(1), 1, "")
	check(t, err)
	equal(t, "first page", items[0].JobID, single.ID)
	items, _, err = k.History(t.Context(), k.WS, k.People, int64(1), 1, next)
	check(t, err)
	equal(t, "second page", items[0].JobID, bulk.ID)
	_ = other
}

func importsMerge(t *testing.T, k *Kit) {
	lines := []string{
		`{"id": 5, "name": "Five", "domain": "a.example"}`,
		`{"name": "made an id"}`,
		`{"id": 5, "score": 2}`,
		`{"id": 9, "name": "Nine", "domain": "a.example"}`,
		`{"id": 10, "state": "has no name"}`,
		`{"id": 5, "name": "Five"}`,
	}
	var drafts []model.Draft
	var numbers []int64
	for i, line := range lines {
		d, faults := k.People.CheckDraft([]byte(line), model.Import)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		drafts, numbers = append(drafts, d), append(numbers, int64(i+1))
	}
	report, err := k.Import(t.Context(), k.WS, k.People, drafts, numbers)
	check(t, err)
	equal(t, "inserted", report.Inserted, 2)
	equal(t, "updated", report.Updated, 1)
	equal(t, "unchanged", report.Unchanged, 1)
	equal(t, "failed", len(report.Failed), 2)
	all := k.All(`{}`)
	equal(t, "version of a merged record", all["5"].Version, 2)
	equal(t, "score of a merged record", *all["5"].Score, 2)
	equal(t, "id behind the given ones", all["6"].Name, "made an id")
}

func listsAreComplete(t *testing.T, k *Kit) {
	k.Add(57, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n%d", "state": %s, "score": %s}`, i+1, i%5,
			[]string{`null`, `"b"`, `"a"`, `"ä"`}[i%4], []string{`null`, `1.5`, `-2`}[i%3])
	})
	orders := [][]filter.Sort{nil}
	for _, descending := range []bool{false, true} {
		for _, name := range []string{"state", "score", "id", "createdAt"} {
			f, _ := k.People.Field(name)
			g, _ := k.People.Field("name")
			orders = append(orders, []filter.Sort{{Field: f, Descending: descending}}, []filter.Sort{{Field: g, Descending: !descending}, {Field: f, Descending: descending}})
		}
	}
	for _, order := range orders {
		whole := k.list(filter.Query{Filter: k.Filter(`{}`), Sort: order, Limit: 1000, Count: true})
		equal(t, "whole list", len(whole), 57)
		for _, limit := range []int{1, 10, 57} {
			pages := k.list(filter.Query{Filter: k.Filter(`{}`), Sort: order, Limit: limit})
			equal(t, fmt.Sprintf("list of %v by %d", order, limit), fmt.Sprint(pages), fmt.Sprint(whole))
		}
	}
	whole := k.list(filter.Query{Filter: k.Filter(`{}`), Limit: 1000})
	for _, offset := range []int{1, 50, 56, 57, 1000} {
		rest := k.list(filter.Query{Filter: k.Filter(`{}`), Limit: 1000, Offset: offset})
		equal(t, fmt.Sprintf("list behind %d", offset), fmt.Sprint(rest), fmt.Sprint(whole[min(offset, len(whole)):]))
	}
	p, err := k.Records(t.Context(), k.WS, k.People, filter.Query{Filter: k.Filter(`{}`), Limit: 5, Offset: 20, Count: true})
	check(t, err)
	equal(t, "a page behind an offset", len(p.Items), 5)
	equal(t, "first of it", p.Items[0].Values[k.People.Role(model.RoleID).Index], whole[20])
	equal(t, "count with an offset", *p.Count, 57)
	_, err = k.Records(t.Context(), k.WS, k.People, filter.Query{Filter: k.Filter(`{}`), Limit: 5, Cursor: "nonsense"})
	equal(t, "bad cursor", errors.Is(err, job.ErrBadCursor), true)
}

func (k *Kit) list(q filter.Query) (ids []any) {
	k.tb.Helper()
	for {
		p, err := k.Records(k.tb.Context(), k.WS, k.People, q)
		check(k.tb, err)
		for _, r := range p.Items {
			ids = append(ids, r.Values[k.People.Role(model.RoleID).Index])
		}
		if q.Cursor = p.NextCursor; q.Cursor == "" {
			return ids
		}
	}
}

func deletedKeepsItsName(t *testing.T, k *Kit) {
	k.Add(10, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Run(5)
	before := int64(1)
	equal(t, "deleting a former version", errors.Is(k.Store.DeleteRecord(t.Context(), k.caller(), k.People, int64(1), &before), job.ErrOtherVersion), true)
	now := int64(2)
	check(t, k.Store.DeleteRecord(t.Context(), k.caller(), k.People, int64(1), &now))
	equal(t, "outcome of the deleted", k.Outcomes(j.ID, 10)["1"].Outcome, job.Updated)
	equal(t, "deleting again", errors.Is(k.DeleteRecord(t.Context(), k.WS, k.People, int64(1)), job.ErrNotFound), true)
	k.Add(1, func(int) string { return `{"id": 1, "name": "anew", "state": "trial"}` })
	equal(t, "version of the new one", k.All(`{}`)["1"].Version, 1)
}

func numbersAreNeverReused(t *testing.T, k *Kit) {
	// A job selects the newest record, which is deleted and created again before
	// the job reaches it: the new one is another record.
	k.Add(5, person)
	j, l := k.Start(k.Bulk(`{"id": 5}`, `{"name": "selected"}`, job.Options{}))
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(5)))
	k.Add(1, func(int) string { return `{"id": 5, "name": "another"}` })
	k.Work(l, 10)
	equal(t, "name of the new one", k.All(`{}`)["5"].Name, "another")
	equal(t, "skipped", k.Read(j.ID).Skipped, 1)
}

func workspacesAreApart(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(10, person)
	key, _, err := k.CreateKey(ctx, auth.Key{Name: "other", Workspace: auth.Workspace{Name: "other"}, Scopes: []auth.Scope{auth.Admin}})
	check(t, err)
	other := *k
	other.WS = key.Workspace
	other.Add(10, person)
	j := k.Accept(k.Bulk(`{}`, `{"name": "mine"}`, job.Options{AllowAll: true}))
	k.Run(3)
	equal(t, "names of the others", len(other.All(`{"name": "mine"}`)), 0)
	_, err = k.Job(ctx, other.WS, j.ID)
	equal(t, "another's job", errors.Is(err, job.ErrNotFound), true)
	_, err = k.Act(ctx, other.WS, j.ID, job.Cancel, "key:test")
	equal(t, "cancelling another's job", errors.Is(err, job.ErrNotFound), true)
	equal(t, "jobs of the other", len(other.jobs()), 0)
}

func (k *Kit) jobs() []job.Job {
	k.tb.Helper()
	p, err := k.Jobs(k.tb.Context(), k.WS, job.Query{Limit: 100})
	check(k.tb, err)
	return p.Items
}

func livenessFindsLostWork(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(30, person)
	bulk := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	single := k.Accept(k.Single(1, `{"name": "x"}`))
	liveness, _, err := k.Liveness(ctx, 0, 10)
	check(t, err)
	equal(t, "liveness rows while the outbox has the work", len(liveness), 0)
	k.Due() // Redis loses all of them
	liveness, _, err = k.Liveness(ctx, 0, 10)
	check(t, err)
	equal(t, "liveness rows", len(liveness), 2)
	for _, p := range liveness {
		check(t, k.Redeliver(ctx, []job.Liveness{p}))
	}
	k.Run(100)
	equal(t, "bulk", k.Read(bulk.ID).State, job.Succeeded)
	equal(t, "single", k.Read(single.ID).State, job.Succeeded)
	liveness, _, err = k.Liveness(ctx, 0, 10)
	check(t, err)
	equal(t, "liveness rows at the end", len(liveness), 0)
}
