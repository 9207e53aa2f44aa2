package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

const mebibyte = 1 << 20

// tagged returns a person with about so many bytes of tags.
func tagged(bytes int) func(i int) string {
	return func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n%d", "visits": %d, "tags": ["%s"]}`, i+1, i, i, strings.Repeat("t", bytes))
	}
}

// largeChunks checks that no chunk reads or writes more than 16 MiB of values,
// and undoes the job.
func largeChunks(t *testing.T, k *Kit) {
	const n, bytes = 20, mebibyte * 9 / 10
	for i := range n {
		k.Add(1, func(int) string { return tagged(bytes)(i) })
	}
	j, l := k.Start(k.Bulk(`{"visits": {"$gte": 0}}`, `{"tags": ["`+strings.Repeat("u", bytes)+`"]}`, job.Options{}))
	k.bounded(t, l, 16*mebibyte/(2*bytes))
	equal(t, "updated", k.Read(j.ID).Updated, n)
	u, err := k.UndoJob(j.ID)
	check(t, err)
	l = k.Lease()
	_, err = k.Resolve(t.Context(), l)
	check(t, err)
	k.bounded(t, l, 16*mebibyte/(2*bytes))
	equal(t, "restored", k.Read(u.ID).Updated, n)
	equal(t, "tags", strings.HasPrefix(string(k.All(`{"id": 1}`)["1"].Tags), `["tt`), true)

	short, l := k.Start(k.Bulk(`{"visits": {"$gte": 0}}`, `{"tags": ["short"]}`, job.Options{}))
	k.bounded(t, l, 16*mebibyte/bytes)
	equal(t, "given short values", k.Read(short.ID).Updated, n)

	name := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"name": "none of it is read"}`, job.Options{}))
	l = k.Lease()
	_, err = k.Resolve(t.Context(), l)
	check(t, err)
	equal(t, "records of a chunk that does not touch the large values", k.bounded(t, l, n), n)
	equal(t, "updated", k.Read(name.ID).Updated, n)
}

// bounded carries out a lease, and checks that no chunk has more records than
// the limit. It returns how many the largest had. As a worker does, it repeats a
// chunk that the database refused, which then takes fewer records: on a busy
// machine a chunk of the full size may reach its time limit.
func (k *Kit) bounded(t *testing.T, l job.Lease, most int64) (largest int64) {
	t.Helper()
	chunks := k.Chunks(l)
	defer chunks.Close()
	for {
		step, err := chunks.Next(t.Context(), 10_000)
		if errors.Is(err, job.ErrRefused) {
			continue
		}
		check(t, err)
		if largest = max(largest, step.N); step.N > most {
			t.Fatalf("a chunk took %d records, of at most %d", step.N, most)
		}
		if step.Done {
			check(t, k.Finish(t.Context(), l.Ref))
			return largest
		}
	}
}

// merging returns a patch of custom that was accepted before patches had
// limits.
func (k *Kit) merging(sub job.Submission, patch string) job.Submission {
	k.tb.Helper()
	custom, _ := k.People.Field("custom")
	merge, err := model.Canonical([]byte(patch))
	check(k.tb, err)
	sub.Patch = model.Patch{Sets: []model.Set{{Field: custom, Value: string(model.MergeJSON(nil, merge)), Merge: merge, Pointer: "/custom"}}}
	return sub
}

func names(n int, value string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%05d":%s`, i, value)
	}
	return "{" + b.String()[1:] + "}"
}

// wideMerges merges thousands of names, into one record and into many. Neither
// database accepts as many in one expression.
func wideMerges(t *testing.T, k *Kit) {
	k.Add(6, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"own": %d, "k00001": "mine", "k00003": {"deep": 1}}}`, i+1, i, i)
	})
	k.Add(1, func(int) string { return `{"id": 7, "name": "none", "visits": 7}` })
	const n = 5000
	sub := k.Bulk(`{"visits": {"$gte": 0}}`, `{"name": "x"}`, job.Options{})
	wide := k.merging(sub, strings.Replace(names(n, "7"), `"k00002":7`, `"k00002":null`, 1))
	j := k.Accept(wide)
	k.Run(4)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "updated", j.Updated, 7)
	p := k.All(`{}`)["1"]
	var custom map[string]any
	check(t, json.Unmarshal(p.Custom, &custom))
	equal(t, "names", len(custom), n) // its own, and all of the patch except the one that it clears
	equal(t, "of its own", custom["own"], any(0.0))
	equal(t, "merged", custom["k00003"], any(7.0))
	change := k.Outcomes(j.ID, 3)["1"].Changed["custom"]
	equal(t, "from", string(change.From), `{"k00001":"mine","k00003":{"deep":1},"own":0}`)
	equal(t, "to", string(change.To), string(p.Custom))

	again := k.Accept(wide)
	k.Run(4)
	equal(t, "unchanged when it is there already", k.Read(again.ID).Unchanged, 7)
	single := k.Accept(k.merging(k.Single(1, `{"name": "x"}`), names(n, "8")))
	k.Run(1)
	equal(t, "a single", k.Read(single.ID).Updated, 1)

	u := k.undo(j.ID, 4)
	equal(t, "restored", k.Read(u.ID).Updated, 6)
	equal(t, "conflicted", k.Read(u.ID).Conflicted, 1)
	equal(t, "custom", string(k.All(`{}`)["2"].Custom), `{"k00001":"mine","k00003":{"deep":1},"own":1}`)
	equal(t, "none", string(k.All(`{}`)["7"].Custom), "null")
}

// mergesTooLarge merges more than 1 MiB into a value, which fails that record
// alone: with few names and with many, in one record and in many, by a job and
// by an import.
func mergesTooLarge(t *testing.T, k *Kit) {
	const most = mebibyte
	k.Add(3, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"a": "%s"}}`, i+1, i, strings.Repeat("a", []int{10, most * 2 / 3, 20}[i]))
	})
	half := strings.Repeat("b", most/2)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"name": "m", "custom": {"b": "`+half+`"}}`, job.Options{}))
	k.Run(3)
	equal(t, "updated", k.Read(j.ID).Updated, 2)
	k.tooLarge(t, j.ID, "2")
	equal(t, "the other field of the one that failed", k.All(`{}`)["2"].Name, "n")

	wide := k.Accept(k.merging(k.Bulk(`{"id": 2}`, `{"name": "x"}`, job.Options{}), names(100, `"`+strings.Repeat("c", most/200)+`"`)))
	single := k.Accept(k.Single(2, `{"custom": {"b": "`+half+`"}}`))
	k.Run(3)
	k.tooLarge(t, wide.ID, "2")
	k.tooLarge(t, single.ID, "2")

	d, faults := k.People.CheckDraft([]byte(`{"id": 2, "custom": {"b": "`+half+`"}}`), model.Import)
	equal(t, "faults", len(faults), 0)
	other, faults := k.People.CheckDraft([]byte(`{"id": 3, "custom": `+names(40, "1")+`}`), model.Import)
	equal(t, "faults", len(faults), 0)
	report, err := k.Import(t.Context(), k.WS, k.People, []model.Draft{d, other}, []int64{1, 2})
	check(t, err)
	equal(t, "lines that failed", len(report.Failed), 1)
	equal(t, "line", report.Failed[0].Line, 1)
	equal(t, "detail", report.Failed[0].Detail, "/custom: The value would be larger than the 1 MiB that a field may hold.")
	equal(t, "version of the record", k.All(`{}`)["2"].Version, 1)
	equal(t, "updated", report.Updated, 1)
}

func (k *Kit) tooLarge(t *testing.T, id, record string) {
	t.Helper()
	r := k.Outcomes(id, 10)[record]
	if r.Outcome != job.RecordFail || r.Error.Code != "too_large" || r.Error.Pointer != "/custom" {
		t.Errorf("the outcome is %s %+v", r.Outcome, r.Error)
	}
}

// sizesAreKept carries out each chunk with a new lease. The size after a chunk
// that failed is halved, though the chunk was rolled back.
func sizesAreKept(t *testing.T, k *Kit) {
	k.Add(40, person)
	j, l := k.Start(k.Bulk(`{}`, `{"domain": "one.example"}`, job.Options{AllowAll: true}))
	for turn := 1; k.Read(j.ID).Tried() == 0; turn++ {
		if turn > 8 {
			t.Fatal("no record has an outcome after eight turns")
		}
		if _, err := k.ApplyChunk(t.Context(), l, 1000); err != nil && !errors.Is(err, job.ErrRefused) {
			t.Fatal(err)
		}
		check(t, k.Yield(t.Context(), l, 0, ""))
		l = k.Lease()
	}
	equal(t, "updated", k.Read(j.ID).Updated, 1)
}

// noProgressRounds fails a job only after many rounds without progress over a
// long time: of a leased shard, of one that nobody can claim, and of a single.
func noProgressRounds(t *testing.T, k *Kit) {
	k.Add(20, person)
	_, l := k.Start(k.Bulk(`{}`, `{"score": 1}`, job.Options{AllowAll: true}))
	rounds := func(n int, r job.WakeUp) (why *job.Error) {
		for range n {
			var err error
			why, err = k.NoProgress(t.Context(), r)
			check(t, err)
		}
		return why
	}
	equal(t, "many rounds at once", rounds(110, l.WakeUp()) == nil, true)
	_, err := k.ApplyChunk(t.Context(), l, 5)
	check(t, err)
	k.Accept(k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))
	k.Accept(k.Single(1, `{"score": 1}`))
	work := append(k.Due(), l.WakeUp())
	equal(t, "pieces of work", len(work), 3)
	for _, r := range work {
		equal(t, "the first round", rounds(1, r) == nil, true)
	}
	k.Pass(11 * time.Minute)
	for _, r := range work {
		equal(t, "few rounds over a long time", rounds(98, r) == nil, true)
		why := rounds(1, r)
		equal(t, "both", why.Code, "no_progress")
		check(t, k.Fail(t.Context(), r.Ref, *why))
		equal(t, "rounds of what has ended", rounds(1, r) == nil, true)
	}
	for _, j := range k.jobs() {
		equal(t, "the end", fmt.Sprint(j.State, j.Error.Code), "failedno_progress")
	}
	equal(t, "what is still to do", len(k.Due()), 0)
}

// othersBesideChunks changes and deletes records right before their chunk,
// which may already have been read.
func othersBesideChunks(t *testing.T, k *Kit) {
	k.Add(40, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "state": "trial", "custom": {"a": %d}}`, i+1, i, i)
	})
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"custom": {"b": 1}, "visits": 20}`, job.Options{}))
	chunks := k.Chunks(l)
	defer chunks.Close()
	_, err := chunks.Next(t.Context(), 10)
	check(t, err)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(12)))
	k.Add(1, func(int) string { return `{"id": 13, "state": "paid"}` })
	k.Add(1, func(int) string { return `{"id": 14, "custom": {"a": "new"}}` })
	k.Add(1, func(int) string { return `{"id": 15, "visits": 20, "custom": {"b": 1}}` })
	k.Add(1, func(int) string { return `{"id": 99, "name": "late", "state": "trial"}` })
	for done := false; !done; {
		step, err := chunks.Next(t.Context(), 10)
		check(t, err)
		done = step.Done
	}
	check(t, k.Finish(t.Context(), l.Ref))
	j = k.Read(j.ID)
	invariant(t, j)
	equal(t, "updated", j.Updated, 37)
	equal(t, "unchanged", j.Unchanged, 1)
	equal(t, "skipped", j.Skipped, 2)
	results := k.Outcomes(j.ID, 10)
	equal(t, "deleted", results["12"].Error.Code, "not_found")
	equal(t, "no longer matching", results["13"].Error.Code, "no_longer_matches")
	equal(t, "its new former value", string(results["14"].Changed["custom"].From), `{"a":"new"}`)
	equal(t, "right by now", results["15"].Outcome, job.Unchanged)
	equal(t, "late", k.All(`{"id": 99}`)["99"].Version, 1)
}
