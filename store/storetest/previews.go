package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/job"
)

// foretold previews jobs that fail some of their records, and then runs them. The
// job must do what the preview said.
func foretold(t *testing.T, k *Kit) {
	const most = mebibyte
	k.Add(5, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"a": "%s"}, "company": %s}`,
			i+1, i, strings.Repeat("a", []int{10, most * 2 / 3, 20, most * 3 / 4, 30}[i]), []string{`{"id": 1}`, `null`}[i%2])
	})
	half := `{"b": "` + strings.Repeat("b", most/2) + `"}`
	all := func(patch string) job.Submission { return k.Bulk(`{"visits": {"$gte": 0}}`, patch, job.Options{}) }
	const tooLarge, lacks = "[too_large /custom 2 [2 4]]", "[rights_needs_company /rights 2 [2 4]]"
	k.done(k.Single(1, `{"custom": `+half+`}`))
	k.foretold(t, "2 1 2 0 "+tooLarge, all(`{"name": "n", "custom": `+half+`}`))
	k.foretold(t, "3 0 2 0 "+tooLarge, k.merging(all(`{"name": "n"}`), names(100, `"`+strings.Repeat("c", most/250)+`"`)))
	k.foretold(t, "3 0 2 0 "+lacks, all(`{"rights": "own"}`))
	// A record that lacks a value fails for that, however large another value would become.
	k.foretold(t, "0 3 2 0 "+lacks, all(`{"rights": "own", "custom": `+half+`}`))
	k.foretold(t, "0 0 1 0 [too_large /custom 1 [2]]", k.Single(2, `{"custom": `+half+`}`))
	single, old := k.Single(3, `{"name": "m"}`), int64(17)
	single.IfMatch = &old
	k.foretold(t, "0 0 1 0 [precondition_failed  1 [3]]", single)
}

// foretold previews a submission, a single also as a job, and carries it out.
func (k *Kit) foretold(t *testing.T, want string, sub job.Submission) {
	t.Helper()
	p, err := k.Preview(t.Context(), sub)
	check(t, err)
	equal(t, "preview", foreseen(p), want)
	if asked := sub; sub.Kind == job.Single {
		asked.Kind = job.PreviewKind
		equal(t, "preview that is a job", foreseen(*k.done(asked).Preview), want)
	}
	j := k.done(sub)
	equal(t, "what was done", fmt.Sprint(j.Updated, j.Unchanged, j.Failed+j.Conflicted, j.Skipped, " ", told(j.ErrorSummary)), want)
	equal(t, "some are shown", len(p.Sample) > 0, j.Updated > 0)
	for _, item := range p.Sample {
		for field, c := range k.Outcomes(j.ID, 10)[item.ID.String()].Changed {
			equal(t, field+" of "+item.ID.String()+" before", string(item.Changed[field].From), string(c.From))
			equal(t, field+" of "+item.ID.String()+" after", string(item.Changed[field].To), string(c.To))
		}
	}
}

func foreseen(p job.Preview) string {
	return fmt.Sprint(p.WouldChange, p.Unchanged, p.WouldFail, p.WouldSkip, " ", told(p.Reasons))
}

func told(list []job.ErrorSummary) string {
	var texts []string
	for _, e := range list {
		texts = append(texts, fmt.Sprint(e.Code, " ", e.Pointer, " ", e.Count, " ", e.SampleIDs))
	}
	return fmt.Sprint(texts)
}

// previewsKnowGuards previews jobs that a guard would fail, and records that do
// not exist.
func previewsKnowGuards(t *testing.T, k *Kit) {
	k.Add(30, person)
	ten, five := int64(10), int64(5)
	for want, o := range map[string]job.Options{
		"":              {MaxAffected: &ten, ExpectedCount: &ten},
		"maxAffected":   {MaxAffected: &five},
		"expectedCount": {ExpectedCount: &five},
	} {
		sub := k.Bulk(`{"state": "trial"}`, `{"state": "paid"}`, o)
		p, err := k.Preview(t.Context(), sub)
		check(t, err)
		equal(t, "guard", p.Guard, want)
		equal(t, "would change all the same", p.WouldChange, 10)
		sub.Kind = job.PreviewKind
		equal(t, "guard of a preview that is a job", k.done(sub).Preview.Guard, want)
	}
	k.previewedAnother(t)
	_, err := k.Preview(t.Context(), k.Single(1000, `{"name": "x"}`))
	equal(t, "an unknown id is not found", errors.Is(err, job.ErrNotFound), true)
}

// previewedAnother confirms the preview of a record whose id now belongs to
// another record.
func (k *Kit) previewedAnother(t *testing.T) {
	t.Helper()
	single := k.Single(3, `{"name": "x"}`)
	p, err := k.Preview(t.Context(), single)
	check(t, err)
	single.Digest = p.Digest
	equal(t, "of the same", k.done(single).State, job.Succeeded)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(3)))
	k.Add(1, func(int) string { return `{"id": 3, "name": "another"}` })
	j := k.done(single)
	equal(t, "of another", fmt.Sprint(j.State, " ", *j.Pending()), "failed 1")
	equal(t, "why", j.Error.Code, "selection_changed")
	equal(t, "name of the other", k.All(`{"id": 3}`)["3"].Name, "another")
}

// previewsLeaveAllPending checks that a preview job has changed nothing, and
// that no action applies to it.
func previewsLeaveAllPending(t *testing.T, k *Kit) {
	k.Add(30, person)
	sub := k.Bulk(`{"state": "trial"}`, `{"state": "paid"}`, job.Options{})
	sub.Kind = job.PreviewKind
	j := k.done(sub)
	invariant(t, j)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "counts", fmt.Sprint(*j.Matched, j.Tried(), *j.Pending()), "10 0 10")
	equal(t, "allowed", fmt.Sprint(j.AllowedActions()), "[]")
	for id, r := range k.Outcomes(j.ID, 3) {
		equal(t, "outcome of "+id, r.Outcome, job.Pending)
	}
	equal(t, "results", len(k.Outcomes(j.ID, 3)), 10)
	var refused *job.StateError
	_, err := k.RetryJob(j.ID, "")
	equal(t, "a retry is refused", errors.As(err, &refused), true)
	_, _, err = k.Undo(t.Context(), k.Follow(j.ID))
	equal(t, "an undo is refused", errors.As(err, &refused), true)
	equal(t, "nothing is changed", len(k.All(`{"state": "paid"}`)), 10)
}
