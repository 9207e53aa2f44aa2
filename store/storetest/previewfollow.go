package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

// previewsOfUndos compares previews of an undo, immediate ones and jobs, with
// what the undo then does.
func previewsOfUndos(t *testing.T, k *Kit) {
	k.Add(90, person)
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{})) // 1, 4, 7 … 88
	k.Run(20)
	later := k.Accept(k.Single(4, `{"visits": 8}`))
	k.Run(1)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(7)))
	versions := fmt.Sprint(k.versions())

	some := k.Follow(j.ID)
	some.IDs = []any{int64(1), int64(4), int64(5)}
	p, err := k.PreviewUndo(t.Context(), some)
	check(t, err)
	equal(t, "of chosen records", fmt.Sprint(p.Matched, p.WouldRestore, p.Conflicted, p.Skipped), "2 1 1 0")

	p, err = k.PreviewUndo(t.Context(), k.Follow(j.ID))
	check(t, err)
	equal(t, "of all", fmt.Sprint(p.Matched, p.WouldRestore, p.Conflicted, p.Skipped), "30 28 1 1")
	equal(t, "shown", len(p.Sample), job.MaxPreviewSample)
	equal(t, "the first", fmt.Sprintf("%s %s %s", p.Sample[0].ID, p.Sample[0].Changed["visits"].From, p.Sample[0].Changed["visits"].To), "1 -1 0")
	equal(t, "conflicts", len(p.Conflicts), 1)
	met := p.Conflicts[0]
	equal(t, "the conflict", fmt.Sprintf("%s %s %s", met.ID, met.Fields["visits"].Now, met.By), "4 8 "+later.ID)

	for _, f := range []job.Follow{k.Follow(j.ID), some} {
		f.Preview = true
		job1, _, err := k.Undo(t.Context(), f)
		check(t, err)
		equal(t, "kind", job1.Kind, job.PreviewKind)
		k.Run(10)
		job1 = k.Read(job1.ID)
		want, err := k.PreviewUndo(t.Context(), f)
		check(t, err)
		equal(t, "state of the job", job1.State, job.Succeeded)
		equal(t, "foretold by a job", fmt.Sprint(*job1.UndoPreview), fmt.Sprint(want))
		equal(t, "matched by the job", *job1.Matched, want.Matched)
	}
	equal(t, "previews change nothing", fmt.Sprint(k.versions()), versions)
	equal(t, "nor undo the job", k.Read(j.ID).UndoneBy, "")
	u := k.undo(j.ID, 10)
	equal(t, "then done", fmt.Sprint(*u.Matched, u.Updated, u.Conflicted, u.Skipped), "30 28 1 1")
	p, err = k.PreviewUndo(t.Context(), k.Follow(j.ID))
	check(t, err)
	equal(t, "remaining after it", fmt.Sprint(p.Matched, p.Conflicted), "2 1")
}

// previewsOfRetries compares the preview of a retry with what the retry then
// does.
func previewsOfRetries(t *testing.T, k *Kit) {
	k.Add(30, person)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"badge": "b", "custom": {"tier": "x"}}`, job.Options{})) // 1, 4, 7 … 28
	k.Add(1, func(int) string { return `{"id": 1, "state": "left"}` })
	k.Add(1, func(int) string { return `{"id": 4, "domain": "a.example"}` })
	_, err := k.ApplyChunk(t.Context(), l, 4)
	check(t, err)
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	equal(t, "at first", fmt.Sprint(k.Read(j.ID).Tally, *k.Read(j.ID).Pending()), fmt.Sprint(job.Tally{Updated: 1, Skipped: 1, Failed: 2}, 6))
	k.Add(1, func(int) string { return `{"id": 7, "domain": "b.example"}` })
	k.Add(1, func(int) string { return `{"id": 28, "domain": "c.example", "badge": "b", "custom": {"tier": "x"}}` })

	f := k.Follow(j.ID)
	p, err := k.PreviewRetry(t.Context(), f)
	check(t, err)
	equal(t, "foretold", fmt.Sprint(p.Matched, p.WouldChange, p.Unchanged, p.WouldFail, p.WouldSkip), "8 1 1 6 0")
	equal(t, "reasons", fmt.Sprintf("%d %s %d", len(p.Reasons), p.Reasons[0].Code, p.Reasons[0].Count), "1 badge_needs_domain 6")
	equal(t, "sample", fmt.Sprintf("%s %s", p.Sample[0].ID, p.Sample[0].Changed["custom"].To), `7 {"tier":"x"}`)
	job1 := f
	job1.Preview = true
	previewed, _, err := k.Retry(t.Context(), job1)
	check(t, err)
	k.Run(10)
	equal(t, "foretold by a job", fmt.Sprint(*k.Read(previewed.ID).Preview), fmt.Sprint(p))
	f.Codes, f.OnMismatch = []string{"no_longer_matches"}, job.Force
	p, err = k.PreviewRetry(t.Context(), f)
	check(t, err)
	equal(t, "foretold of one group", fmt.Sprint(p.Matched, p.WouldChange, p.WouldFail), "1 0 1")

	open, _, err := k.Retry(t.Context(), k.Follow(j.ID))
	check(t, err)
	_, _, err = k.Retry(t.Context(), job1)
	equal(t, "foretold by a job while a retry is open", err, nil)
	k.Run(20)
	r := k.Read(open.ID)
	equal(t, "then done", fmt.Sprint(r.Updated, r.Unchanged, r.Failed), "1 1 6")
	equal(t, "retried by the retry alone", fmt.Sprint(k.Read(j.ID).RetriedBy), fmt.Sprint([]string{r.ID}))
	_, err = k.PreviewRetry(t.Context(), k.Follow(k.Accept(k.Bulk(`{}`, `{"visits": 1}`, job.Options{AllowAll: true})).ID))
	var refused *job.StateError
	equal(t, "of a job that has not ended", errors.As(err, &refused), true)
}

// previewsOfLongValues previews jobs over records of which one has a long
// value: it is measured before it is read, as in a job.
func previewsOfLongValues(t *testing.T, k *Kit) {
	const long = 900_000
	k.Add(20, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "tags": ["%s"]}`, i+1, i, strings.Repeat("s", []int{10, long}[i/19]))
	})
	sub := k.Bulk(`{"visits": {"$gte": 0}}`, `{"tags": ["now"]}`, job.Options{})
	k.foretold(t, "20 0 0 0 []", sub)

	sub.Patch = k.patch(`{"tags": ["later"]}`, model.PatchOptions{})
	j, l := k.Start(sub)
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	k.done(k.Single(20, `{"tags": ["`+strings.Repeat("s", long)+`"]}`))
	p, err := k.PreviewRetry(t.Context(), k.Follow(j.ID))
	check(t, err)
	equal(t, "of a retry", foreseen(p), "20 0 0 0 []")
}
