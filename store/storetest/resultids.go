package storetest

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/job"
)

// resultsOfOneRecord reads the results of single records by their ids: of each
// outcome, deleted and created anew, and not selected.
func resultsOfOneRecord(t *testing.T, k *Kit) {
	k.Add(30, halfWithCompany)
	j, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"rights": "own"}`, job.Options{}))
	for range 2 {
		_, err := k.ApplyChunk(t.Context(), l, 3)
		check(t, err)
	}
	all := k.Outcomes(j.ID, 100)
	equal(t, "selected", len(all), 10)
	for id := range 30 {
		want := "[]"
		if r, ok := all[fmt.Sprint(id+1)]; ok {
			want = fmt.Sprintf("[%d]", id+1)
			equal(t, "its outcome", k.found(j.ID, job.ResultQuery{ID: fmt.Sprint(id + 1), Outcomes: []job.Outcome{r.Outcome}}), want)
		}
		equal(t, "results of one record", k.found(j.ID, job.ResultQuery{ID: fmt.Sprint(id + 1)}), want)
	}
	equal(t, "with another outcome", k.found(j.ID, job.ResultQuery{ID: "1", Outcomes: []job.Outcome{job.Skipped}}), "[]")
	rights := "/rights"
	equal(t, "with its reason", k.found(j.ID, job.ResultQuery{ID: "4", Code: "rights_needs_company", Pointer: &rights}), "[4]")
	equal(t, "with another reason", k.found(j.ID, job.ResultQuery{ID: "4", Code: "too_large"}), "[]")
	equal(t, "an id that no record can have", k.found(j.ID, job.ResultQuery{ID: "x"}), "[]")
	k.namesakes(t, j.ID)
}

// halfWithCompany is a person like [person], every second of whom has a company.
func halfWithCompany(i int) string {
	company := []string{`{"id": 1}`, "null"}[i%2]
	return strings.TrimSuffix(person(i), "}") + `, "company": ` + company + "}"
}

// namesakes deletes a record that a job has updated, and creates one with its id.
func (k *Kit) namesakes(t *testing.T, id string) {
	t.Helper()
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(1)))
	k.Add(1, func(int) string { return `{"id": 1, "name": "another", "state": "trial"}` })
	page, err := k.Results(t.Context(), k.WS, id, job.ResultQuery{ID: "1", Limit: 10})
	check(t, err)
	equal(t, "results of the deleted record", len(page.Items), 1)
	equal(t, "its outcome", page.Items[0].Outcome, job.Updated)
	equal(t, "what changed", len(page.Items[0].Changed), 1)

	single := k.Accept(k.Single(2, `{"name": "x"}`))
	equal(t, "of a single that waits", k.found(single.ID, job.ResultQuery{ID: "2"}), "[2]")
	check(t, k.Fail(t.Context(), job.Ref{Workspace: k.WS.ID, Job: single.Num}, job.Error{Code: "test"}))
	equal(t, "of another record", k.found(single.ID, job.ResultQuery{ID: "3"}), "[]")
}
