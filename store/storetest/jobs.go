package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
)

func person(i int) string {
	return fmt.Sprintf(`{"id": %d, "name": "Ådne %d", "state": %q, "visits": %d, "active": %v}`,
		i+1, i, []string{"trial", "paid", "left"}[i%3], i, i%2 == 0)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, not %v", what, got, want)
	}
}

// invariant checks the counts of a job against the contract.
func invariant(t *testing.T, j job.Job) {
	t.Helper()
	if p := j.Pending(); p != nil && (*p < 0 || *j.Matched != j.Tried()+*p) {
		t.Errorf("counts do not add up: %+v, pending %d, matched %d", j.Tally, *p, *j.Matched)
	}
}

func bulkUpdatesSelection(t *testing.T, k *Kit) {
	const n = 1000
	k.Add(n, person)
	before := k.All(`{}`)
	j := k.Accept(k.Bulk(`{"state": "trial", "active": true}`, `{"name": "Changed", "score": 1.5}`, job.Options{}))
	equal(t, "state", j.State, job.Queued)
	if j.Matched != nil {
		t.Errorf("matched is %d before the filter was resolved", *j.Matched)
	}
	k.Run(30)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	invariant(t, j)
	changed := 0
	for id, p := range k.All(`{}`) {
		was := before[id]
		if *was.State != "trial" || !*was.Active {
			equal(t, "version of "+id, p.Version, 1)
			equal(t, "name of "+id, p.Name, was.Name)
			continue
		}
		changed++
		equal(t, "version of "+id, p.Version, 2)
		equal(t, "name of "+id, p.Name, "Changed")
		equal(t, "score of "+id, *p.Score, 1.5)
		equal(t, "last job of "+id, *p.LastJobID, j.ID)
	}
	equal(t, "updated", j.Updated, int64(changed))
	equal(t, "matched", *j.Matched, int64(changed))
}

func outcomesAreToldApart(t *testing.T, k *Kit) {
	k.Add(90, person)
	j := k.Accept(k.Bulk(`{"visits": {"$lt": 60}}`, `{"state": "paid"}`, job.Options{}))
	k.Run(7)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "updated", j.Updated, 40)
	equal(t, "unchanged", j.Unchanged, 20)
	for id, r := range k.Outcomes(j.ID, 7) {
		n, _ := strconv.Atoi(id)
		was := []string{"trial", "paid", "left"}[(n-1)%3]
		if was == "paid" {
			equal(t, "outcome of "+id, r.Outcome, job.Unchanged)
			equal(t, "changes of "+id, len(r.Changed), 0)
			continue
		}
		equal(t, "outcome of "+id, r.Outcome, job.Updated)
		equal(t, "former value of "+id, string(r.Changed["state"].From), `"`+was+`"`)
		equal(t, "new value of "+id, string(r.Changed["state"].To), `"paid"`)
	}
}

func lateMatchesAreLeft(t *testing.T, k *Kit) {
	k.Add(30, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Add(1, func(int) string { return `{"id": 2, "name": "now trial", "state": "trial"}` })
	k.Work(l, 4)
	j = k.Read(j.ID)
	equal(t, "matched", *j.Matched, 10)
	equal(t, "updated", j.Updated, 10)
	equal(t, "visits of the late one", *k.All(`{}`)["2"].Visits, 1)
	if _, selected := k.Outcomes(j.ID, 100)["2"]; selected {
		t.Error("a record that came to match later has a result")
	}
}

func mismatchIsSkippedOrForced(t *testing.T, k *Kit) {
	for _, onMismatch := range []job.OnMismatch{job.Skip, job.Force} {
		k.Add(30, person)
		j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{OnMismatch: onMismatch}))
		k.Add(1, func(int) string { return `{"id": 1, "state": "left", "visits": 5}` })
		check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(4)))
		k.Work(l, 4)
		j = k.Read(j.ID)
		invariant(t, j)
		outcomes := k.Outcomes(j.ID, 3)
		equal(t, "outcomes", len(outcomes), 10)
		equal(t, "outcome of the deleted", outcomes["4"].Error.Code, "not_found")
		equal(t, "state", j.State, job.Succeeded)
		if onMismatch == job.Skip {
			equal(t, "updated", j.Updated, 8)
			equal(t, "reason of the changed", outcomes["1"].Error.Code, "no_longer_matches")
			equal(t, "visits of the changed", *k.All(`{}`)["1"].Visits, 5)
			equal(t, "reasons", len(j.ErrorSummary), 2)
			continue
		}
		equal(t, "updated", j.Updated, 9)
		equal(t, "former value of the forced", string(outcomes["1"].Changed["visits"].From), "5")
		equal(t, "visits of the forced", *k.All(`{}`)["1"].Visits, -1)
	}
}

func sparseSelection(t *testing.T, k *Kit) {
	k.Add(3000, person)
	j := k.Accept(k.Bulk(`{"visits": {"$in": [3, 700, 701, 2999]}}`, `{"state": "found"}`, job.Options{}))
	k.Run(3)
	j = k.Read(j.ID)
	equal(t, "updated", j.Updated, 4)
	equal(t, "found", len(k.All(`{"state": "found"}`)), 4)
	equal(t, "former value", string(k.Outcomes(j.ID, 10)["4"].Changed["state"].From), `"trial"`)
}

func refusedRecordCostsOnlyItself(t *testing.T, k *Kit) {
	k.Add(100, person)
	k.Add(1, func(int) string { return `{"id": 40, "domain": "taken.example"}` })
	// One selected record gets the value, which the others then find taken.
	j := k.Accept(k.Bulk(`{"visits": {"$between": [10, 16]}}`, `{"domain": "new.example", "state": "x"}`, job.Options{}))
	k.Run(4)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.PartiallySucceeded)
	equal(t, "updated", j.Updated, 1)
	equal(t, "failed", j.Failed, 6)
	invariant(t, j)
	equal(t, "reason", j.ErrorSummary[0].Code, "unique")
	equal(t, "count of the reason", j.ErrorSummary[0].Count, 6)
	for id, r := range k.Outcomes(j.ID, 100) {
		if r.Outcome == job.RecordFail {
			equal(t, "pointer of "+id, r.Error.Pointer, "/domain")
			equal(t, "version of "+id, k.All(`{}`)[id].Version, 1)
		}
	}
	j = k.Accept(k.Bulk(`{"visits": {"$between": [20, 30]}}`, `{"domain": "taken.example"}`, job.Options{}))
	k.Run(4)
	equal(t, "state when all fail", k.Read(j.ID).State, job.Failed)
}

func nestedObjectsMerge(t *testing.T, k *Kit) {
	k.Add(3, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "custom": %s}`, i+1, []string{`null`, `{"tier": "a", "x": {"y": 1, "z": 2}}`, `{"tier": "gold", "x": {"z": 2}}`}[i])
	})
	j := k.Accept(k.Bulk(`{}`, `{"custom": {"tier": "gold", "x": {"y": null}}}`, job.Options{AllowAll: true}))
	k.Run(2)
	all := k.All(`{"custom.tier": "gold"}`)
	equal(t, "merged", len(all), 3)
	equal(t, "first", string(all["1"].Custom), `{"tier":"gold","x":{}}`)
	equal(t, "second", string(all["2"].Custom), `{"tier":"gold","x":{"z":2}}`)
	j = k.Read(j.ID)
	equal(t, "updated", j.Updated, 2)
	equal(t, "unchanged", j.Unchanged, 1)
	c := k.Outcomes(j.ID, 10)["2"].Changed["custom"]
	equal(t, "from", string(c.From), `{"tier":"a","x":{"y":1,"z":2}}`)
	equal(t, "to", string(c.To), `{"tier":"gold","x":{"z":2}}`)
}

func guardsRefuse(t *testing.T, k *Kit) {
	k.Add(30, person)
	ten, nine := int64(10), int64(9)
	tests := map[string]struct {
		options job.Options
		digest  string
		code    string
	}{
		"too many":          {options: job.Options{MaxAffected: &nine}, code: "max_affected"},
		"as many as may be": {options: job.Options{MaxAffected: &ten}},
		"another number":    {options: job.Options{ExpectedCount: &nine}, code: "expected_count"},
		"the same number":   {options: job.Options{ExpectedCount: &ten}},
		"another selection": {digest: "00", code: "selection_changed"},
	}
	for name, test := range tests {
		sub := k.Bulk(`{"state": "trial"}`, fmt.Sprintf(`{"name": %q}`, name), test.options)
		sub.Digest = test.digest
		j := k.Accept(sub)
		k.Run(100)
		j = k.Read(j.ID)
		invariant(t, j)
		if test.code == "" {
			equal(t, name+": state", j.State, job.Succeeded)
			continue
		}
		equal(t, name+": state", j.State, job.Failed)
		equal(t, name+": code", j.Error.Code, test.code)
		equal(t, name+": pending", *j.Pending(), 10)
		equal(t, name+": written", len(k.All(fmt.Sprintf(`{"name": %q}`, name))), 0)
		equal(t, name+": pending results", len(k.Outcomes(j.ID, 3)), 10)
	}
}

func claimFencesOff(t *testing.T, k *Kit) {
	k.Add(100, person)
	j, zombie := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err := k.ApplyChunk(t.Context(), zombie, 10)
	check(t, err)
	// The sweep redelivers the stale work, and another worker claims it.
	liveness, _, err := k.Liveness(t.Context(), 0, 10)
	check(t, err)
	equal(t, "liveness rows", len(liveness), 1)
	check(t, k.Redeliver(t.Context(), []job.Liveness{liveness[0]}))
	l := k.Lease()
	_, err = k.ApplyChunk(t.Context(), zombie, 10)
	equal(t, "the zombie's error", errors.Is(err, job.ErrLeaseLost), true)
	equal(t, "the zombie's heartbeat", errors.Is(k.Heartbeat(t.Context(), zombie, ""), job.ErrLeaseLost), true)
	check(t, k.Yield(t.Context(), zombie, 0, ""))
	equal(t, "wake-ups of the zombie", len(k.Due()), 0)
	k.Work(l, 10)
	j = k.Read(j.ID)
	equal(t, "updated", j.Updated, 34)
	equal(t, "resumes", j.Resumes, 1)
	sum, redelivered, takenOver := k.noted.worked(job.Bulk)
	equal(t, "outcomes that were reported", sum.Updated, 34)
	equal(t, "wake-ups that were reported as sent again", redelivered, 1)
	equal(t, "shards that were reported as taken over", takenOver, 1)
	for id, p := range k.All(`{"visits": -1}`) {
		equal(t, "version of "+id, p.Version, 2)
	}
}

// rateCountsWaits lets a worker yield for a second after each chunk, as a
// throttled job does: the rate includes these waits.
func rateCountsWaits(t *testing.T, k *Kit) {
	k.Add(600, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	for range 10 {
		k.Pass(time.Second)
		_, err := k.ApplyChunk(t.Context(), l, 10)
		check(t, err)
		check(t, k.Yield(t.Context(), l, 0, ""))
		l = k.Lease()
	}
	if rate := k.Read(j.ID).RecordsPerSecond; rate < 8 || rate > 10 {
		t.Errorf("10 records a second show as %v", rate)
	}
}

func crashLeavesNothing(t *testing.T, k *Kit) {
	k.Add(60, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err := k.ApplyChunk(t.Context(), l, 5)
	check(t, err)
	revision := k.Read(j.ID).Revision
	// Whatever happens to the worker now, the next lease continues after the
	// checkpoint.
	wakeUp := job.WakeUp{Ref: l.Ref, Epoch: l.Epoch}
	again, err := k.Claim(t.Context(), wakeUp)
	check(t, err)
	_, err = k.Claim(t.Context(), wakeUp)
	equal(t, "error of a wake-up that came twice", errors.Is(err, job.ErrLeaseLost), true)
	k.Work(again, 5)
	j = k.Read(j.ID)
	equal(t, "updated", j.Updated, 20)
	if j.Revision <= revision {
		t.Errorf("the revision went from %d to %d", revision, j.Revision)
	}
}

func controlsHold(t *testing.T, k *Kit) {
	k.Add(60, person)
	ctx := t.Context()
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err := k.ApplyChunk(ctx, l, 5)
	check(t, err)
	act := func(a job.Action, want job.State) {
		t.Helper()
		j, err = k.Act(ctx, k.WS, j.ID, a, "key:test")
		check(t, err)
		equal(t, "state after "+string(a), j.State, want)
	}
	var refused *job.StateError
	_, err = k.Act(ctx, k.WS, j.ID, job.Resume, "key:test")
	equal(t, "resuming a job that was never paused is refused", errors.As(err, &refused), true)
	act(job.Pause, job.Paused)
	act(job.Pause, job.Paused)
	_, err = k.ApplyChunk(ctx, l, 5)
	equal(t, "error of a paused chunk", errors.Is(err, job.ErrLeaseLost), true)
	equal(t, "wake-ups while paused", len(k.Due()), 0)
	act(job.Resume, job.Queued)
	act(job.Resume, job.Queued)
	again := k.Lease()
	equal(t, "resolved", again.Resolved, true)
	_, err = k.ApplyChunk(ctx, again, 5)
	check(t, err)
	act(job.Cancel, job.Cancelled)
	_, err = k.ApplyChunk(ctx, again, 5)
	equal(t, "error of a cancelled chunk", errors.Is(err, job.ErrLeaseLost), true)
	equal(t, "updated", j.Updated, 10)
	equal(t, "pending", *j.Pending(), 10)
	_, err = k.Act(ctx, k.WS, j.ID, job.Pause, "key:test")
	equal(t, "pausing a cancelled job is refused", errors.As(err, &refused), true)
	equal(t, "transitions", transitions(j), "queued key:test, resolving, running, pausing key:test, paused, queued key:test, running, cancelling key:test, cancelled")
}

// transitions returns the states that a job went through, each with who caused
// it.
func transitions(j job.Job) string {
	var list []string
	last := j.CreatedAt
	for _, t := range j.Transitions {
		list = append(list, strings.TrimSpace(string(t.State)+" "+t.By))
		if t.At.Before(last) {
			list = append(list, "too early")
		}
		last = t.At
	}
	return strings.Join(list, ", ")
}

// transitionsAreBounded pauses and resumes a job many times, and reads when a
// single ended.
func transitionsAreBounded(t *testing.T, k *Kit) {
	k.Add(2, person)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"name": "x"}`, job.Options{}))
	for range job.MaxTransitions {
		for _, a := range []job.Action{job.Pause, job.Resume} {
			var err error
			j, err = k.Act(t.Context(), k.WS, j.ID, a, "key:"+string(a))
			check(t, err)
		}
	}
	equal(t, "transitions", len(j.Transitions), job.MaxTransitions)
	equal(t, "the last of them", strings.HasSuffix(transitions(j), "paused key:pause, queued key:resume"), true)
	k.Run(10)
	equal(t, "how it ended", strings.HasSuffix(transitions(k.Read(j.ID)), "queued key:resume, resolving, running, succeeded"), true)
}
