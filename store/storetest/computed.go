package storetest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Computing adds a computation to the submission of a job.
func (k *Kit) Computing(sub job.Submission, compute string) job.Submission {
	k.tb.Helper()
	c, faults := k.People.CheckCompute([]byte(compute), sub.Patch)
	check(k.tb, faultsErr(faults))
	sub.Patch.Compute = c
	return sub
}

// computing returns the submission of a job that only computes values.
func (k *Kit) computing(filterText, compute string) job.Submission {
	k.tb.Helper()
	return k.Computing(job.Submission{Kind: job.Bulk, Model: k.People, Filter: k.Filter(filterText), Options: job.Options{AllowAll: true}}, compute)
}

func visited(i int) string {
	visits := []int64{0, 1, 2, math.MaxInt64, 4, 5}[i]
	return fmt.Sprintf(`{"id": %d, "name": " n%d ", "visits": %d, "custom": {"tier": "a%d"}}`, i+1, i, visits, i)
}

// computedOnce previews and runs a job that computes values beside a patch, looks at
// what is shown of it, and undoes it.
func computedOnce(t *testing.T, k *Kit) {
	k.Add(6, visited)
	before := k.All(`{}`)
	sub := k.Computing(k.Bulk(`{"visits": {"$gte": 1}}`, `{"score": 2, "custom": {"own": true}}`, job.Options{}),
		`{"visits": {"$inc": 1}, "name": [{"$trim": true}, {"$upper": true}], "custom.tier": {"$format": "{name}{visits}"}}`)
	k.foretold(t, "4 0 1 0 [out_of_range /visits 1 [4]]", sub)
	j := k.jobs()[0]
	invariant(t, j)
	equal(t, "the computation as it is shown", string(j.Compute), `{"custom.tier":{"$format":"{name}{visits}"},"name":[{"$trim":true},{"$upper":true}],"visits":{"$inc":1}}`)
	equal(t, "the patch as it is shown", string(j.Patch), `{"custom":{"own":true},"score":2}`)
	after, results := k.All(`{}`), k.Outcomes(j.ID, 2)
	for _, id := range []string{"2", "3", "5", "6"} {
		p, was := after[id], before[id]
		equal(t, "visits of "+id, *p.Visits, *was.Visits+1)
		equal(t, "name of "+id, p.Name, strings.ToUpper(strings.TrimSpace(was.Name)))
		equal(t, "custom of "+id, string(p.Custom), fmt.Sprintf(`{"own":true,"tier":"%s%d"}`, was.Name, *was.Visits))
		equal(t, "version of "+id, p.Version, 2)
		equal(t, "visits in the result", string(results[id].Changed["visits"].From)+" "+string(results[id].Changed["visits"].To), fmt.Sprint(*was.Visits, *p.Visits))
		equal(t, "custom in the result", string(results[id].Changed["custom"].To), string(p.Custom))
		equal(t, "fields of the result", len(results[id].Changed), 4)
	}
	equal(t, "the one that failed", results["4"].Error.Code+results["4"].Error.Pointer, "out_of_range/visits")
	equal(t, "its version", after["4"].Version, 1)
	items, _, err := k.History(t.Context(), k.WS, k.People, int64(2), 10, "")
	check(t, err)
	equal(t, "history", string(items[0].Changed["visits"].To), "2")

	k.Add(1, func(int) string { return `{"id": 2, "visits": 77}` })
	k.Add(1, func(int) string { return `{"id": 3, "custom": {"more": 1}}` })
	k.Add(1, func(int) string { return `{"id": 5, "custom": {"tier": "by hand"}}` })
	u := k.undo(j.ID, 2)
	equal(t, "restored and in conflict", fmt.Sprint(u.Updated, u.Conflicted), "2 2")
	equal(t, "the computation of the undo", string(u.Compute), "")
	after = k.All(`{}`)
	equal(t, "changed since", *after["2"].Visits, 77)
	equal(t, "with another key", string(after["3"].Custom), `{"more":1,"tier":"a2"}`)
	equal(t, "with a computed key changed", string(after["5"].Custom), `{"own":true,"tier":"by hand"}`)
	equal(t, "whole", fmt.Sprint(after["6"].Name, *after["6"].Visits, after["6"].Score == nil, string(after["6"].Custom)), " n5 5 true"+`{"tier":"a5"}`)
	equal(t, "undone again", k.undo(u.ID, 2).Updated, 2)
	equal(t, "as the job had it", *k.All(`{}`)["6"].Visits, 6)
}

// computedAgain retries a job that computes values. No record is computed twice.
func computedAgain(t *testing.T, k *Kit) {
	k.Add(6, visited)
	j := k.Accept(k.computing(`{}`, `{"visits": [{"$mul": 1}, {"$inc": 10}], "domain": {"$format": "{visits}.example"}}`))
	k.Run(2)
	equal(t, "at first", told(k.Read(j.ID).ErrorSummary), "[out_of_range /visits 1 [4]]")
	k.Add(1, func(int) string { return `{"id": 4, "visits": 3}` })
	first := k.retried(k.Follow(j.ID))
	equal(t, "retried", fmt.Sprint(*first.Matched, first.Updated, string(first.Compute) == string(k.Read(j.ID).Compute)), "1 1 true")
	equal(t, "nothing is left", *k.retried(k.Follow(j.ID)).Matched, 0)
	for i, want := range []int64{10, 11, 12, 13, 14, 15} {
		equal(t, "visits", *k.All(`{}`)[fmt.Sprint(i+1)].Visits, want)
	}
	// What the database alone knows fails that record alone.
	unique := k.Accept(k.computing(`{"id": {"$in": [1, 2, 3]}}`, `{"domain": {"$replace": {"find": "^[12]", "with": "2", "regex": true}}}`))
	k.Run(10)
	equal(t, "unique", fmt.Sprint(k.Read(unique.ID).Tally, told(k.Read(unique.ID).ErrorSummary)), "{0 2 0 0 1}[unique /domain 1 [2]]")
}

// computedFromWhatIsThere changes records right before their chunk, which may already
// have been read.
func computedFromWhatIsThere(t *testing.T, k *Kit) {
	k.Add(40, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d}`, i+1, i) })
	j, l := k.Start(k.computing(`{}`, `{"visits": {"$inc": 100}}`))
	chunks := k.Chunks(l)
	defer chunks.Close()
	_, err := chunks.Next(t.Context(), 10)
	check(t, err)
	k.Add(1, func(int) string { return `{"id": 14, "visits": 1000}` })
	k.Add(1, func(int) string { return `{"id": 15, "visits": null}` })
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(16)))
	for done := false; !done; {
		step, err := chunks.Next(t.Context(), 10)
		check(t, err)
		done = step.Done
	}
	check(t, k.Finish(t.Context(), l.Ref))
	equal(t, "outcomes", fmt.Sprint(k.Read(j.ID).Tally), "{38 1 1 0 0}")
	for id, p := range k.All(`{}`) {
		switch id {
		case "14":
			equal(t, "the one that was changed", *p.Visits, 1100)
		case "15":
			equal(t, "the one without a value", p.Visits == nil, true)
		default:
			equal(t, "visits of "+id, *p.Visits, p.ID-1+100)
		}
	}
}

// computedByRules computes fields on which others depend.
func computedByRules(t *testing.T, k *Kit) {
	k.Add(4, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "state": "%s", "visits": %d, "custom": {"channel": "mail"}, "company": %s}`,
			i+1, []string{"here", "gone"}[i%2], i, []string{`{"id": 1}`, `{"id": 2}`, `null`, `null`}[i])
	})
	before := k.All(`{}`)
	k.Pass(time.Hour)
	j := k.As(auth.Key{ID: 7, Name: "test"}).Accept(k.computing(`{}`, `{"state": {"$map": {"here": "gone"}}}`))
	k.Run(3)
	gone := k.All(`{}`)
	equal(t, "gone", fmt.Sprint(k.Read(j.ID).Tally), "{2 2 0 0 0}")
	equal(t, "who made it gone", string(gone["1"].GoneBy), `{"id":7,"type":"users"}`)
	equal(t, "when", gone["1"].GoneAt != nil && *gone["1"].GoneAt > before["1"].UpdatedAt, true)
	equal(t, "time of change", gone["1"].UpdatedAt, before["1"].UpdatedAt)
	both := k.Accept(k.computing(`{"id": {"$lt": 3}}`, `{"state": {"$map": {"gone": "here"}}, "visits": {"$inc": 1}}`))
	k.Run(3)
	equal(t, "here again", fmt.Sprint(k.Read(both.ID).Updated, stamps(k.All(`{}`)["1"])), "2never by null")
	equal(t, "time of change by now", k.All(`{}`)["1"].UpdatedAt > before["1"].UpdatedAt, true)
	k.undo(both.ID, 3)
	equal(t, "stamps after the undo", stamps(k.All(`{}`)["1"]), stamps(gone["1"]))

	rights := k.Accept(k.computing(`{}`, `{"rights": {"$default": "own"}}`))
	k.Run(3)
	equal(t, "rights", fmt.Sprint(k.Read(rights.ID).Updated, told(k.Read(rights.ID).ErrorSummary)), "2[rights_needs_company /rights 2 [3 4]]")
	given := k.Accept(k.Computing(k.Bulk(`{"visits": {"$gte": 0}}`, `{"rights": "all"}`, job.Options{}), `{"company": {"$default": {"id": 3}}}`))
	k.Run(3)
	equal(t, "with the company that they need", k.Read(given.ID).Updated, 4)

	fax := `{"custom.channel": {"$map": {"mail": "fax"}}}`
	unknown := k.Accept(k.computing(`{"id": 1}`, fax))
	k.Run(3)
	equal(t, "no choice", told(k.Read(unknown.ID).ErrorSummary), "[enum /custom/channel 1 [1]]")
	sub := k.Bulk(`{"id": 2}`, `{"visits": 1}`, job.Options{AllowNewOptions: true})
	sub.Patch = k.withChoices(`{"custom": {"channel": "fax"}}`, model.PatchOptions{})
	k.Accept(sub)
	known := k.Accept(k.computing(`{"id": 1}`, fax))
	k.Run(3)
	equal(t, "a choice of the workspace", k.Read(known.ID).Updated, 1)
}

// computedAlone computes values of one record.
func computedAlone(t *testing.T, k *Kit) {
	k.Add(6, visited)
	k.Freeze(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC))
	one := func(id int64, compute string) job.Job {
		t.Helper()
		return k.done(k.Computing(job.Submission{Kind: job.Single, Model: k.People, RecordID: id}, compute))
	}
	j := one(3, `{"visits": {"$inc": 1}, "seen": {"$now": true}, "born": [{"$now": true}, {"$shift": {"days": 1}}]}`)
	p := k.All(`{}`)["3"]
	equal(t, "computed", fmt.Sprint(j.State, *p.Visits, *p.Seen, *p.Born), "succeeded32026-02-03T04:05:06Z2026-02-04")
	equal(t, "the patch as it is shown", string(j.Patch), "")
	equal(t, "its result", string(k.Outcomes(j.ID, 1)["3"].Changed["visits"].To), "3")
	equal(t, "right already", one(3, `{"visits": {"$max": 3}}`).Unchanged, 1)
	equal(t, "a fault", told(one(4, `{"visits": {"$inc": 1}}`).ErrorSummary), "[out_of_range /visits 1 [4]]")
	equal(t, "undone", fmt.Sprint(k.undo(j.ID, 1).Updated, *k.All(`{}`)["3"].Visits), "1 2")
}

// computedChunksAreBounded computes values that are much larger than what was there.
func computedChunksAreBounded(t *testing.T, k *Kit) {
	const n, bytes = 20, mebibyte * 9 / 10
	k.Add(n, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"tier": "s"}}`, i+1, i)
	})
	doubled := strings.Repeat(`{"$replace": {"find": "s", "with": "ss"}}, `, 18) + `{"$replace": {"find": "s", "with": "sss"}}`
	j, l := k.Start(k.computing(`{}`, `{"custom.tier": [`+doubled+`]}`))
	k.bounded(t, l, 16*mebibyte/(3<<18))
	equal(t, "made large", fmt.Sprint(k.Read(j.ID).Updated, told(k.Read(j.ID).ErrorSummary)), "20[]")
	equal(t, "length", len(k.All(`{"id": 7}`)["7"].Custom), len(`{"tier":""}`)+(3<<18))
	j, l = k.Start(k.computing(`{}`, `{"custom.tier": {"$suffix": "t"}}`))
	k.bounded(t, l, 16*mebibyte/(3<<18))
	equal(t, "updated", k.Read(j.ID).Updated, n)

	// Others make a chunk larger than it was when it was read.
	j, l = k.Start(k.computing(`{}`, `{"tags": {"$append": ["b"]}}`))
	chunks := k.Chunks(l)
	defer chunks.Close()
	step, err := chunks.Next(t.Context(), 2)
	check(t, err)
	for id := 4; id <= n; id++ {
		k.Add(1, func(int) string { return fmt.Sprintf(`{"id": %d, "tags": ["%s"]}`, id, strings.Repeat("a", bytes)) })
	}
	for !step.Done {
		if step, err = chunks.Next(t.Context(), 10_000); errors.Is(err, job.ErrRefused) {
			continue
		}
		check(t, err)
	}
	check(t, k.Finish(t.Context(), l.Ref))
	equal(t, "updated", k.Read(j.ID).Updated, n)
	equal(t, "the last one", strings.HasSuffix(string(k.All(`{"id": 20}`)["20"].Tags), `aa","b"]`), true)
}

// slowComputations computes values that take long, one by one.
func slowComputations(t *testing.T, k *Kit) {
	const n = 6
	k.Add(n, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "custom": {"tier": "%s"}}`, i+1, strings.Repeat("a", 25_000))
	})
	j, l := k.Start(k.computing(`{}`, `{"custom.tier": [{"$replace": {"find": "[ab]{0,400}c", "with": "x", "regex": true}}, {"$suffix": "c"}]}`))
	largest := k.bounded(t, l, n)
	equal(t, "updated", fmt.Sprint(k.Read(j.ID).Updated, told(k.Read(j.ID).ErrorSummary)), "6[]")
	equal(t, "some chunks end early", largest < n, true)
}
