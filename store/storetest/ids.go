package storetest

import (
	"encoding/json"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

// idsKeepTheirType checks the type of an id wherever one is shown: ids of
// people are numbers. One record is deleted, so that its id is read from its
// tombstone.
func idsKeepTheirType(t *testing.T, k *Kit) {
	k.Add(4, person)
	sub := k.Bulk(`{"visits": {"$gte": 0}}`, `{"rights": "own"}`, job.Options{})
	preview, err := k.Preview(t.Context(), sub)
	check(t, err)
	equal(t, "of a preview", shownIDs(t, preview.Reasons[0].SampleIDs), `[1,2,3,4]`)
	j, l := k.Start(sub)
	check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(2)))
	k.Work(l, 4)
	for _, e := range k.Read(j.ID).ErrorSummary {
		if e.Code == "not_found" {
			equal(t, "in a summary of the deleted", shownIDs(t, e.SampleIDs), `[2]`)
			continue
		}
		equal(t, "in a summary", shownIDs(t, e.SampleIDs), `[1,3,4]`)
		equal(t, "pointer", e.Pointer, "/rights")
	}
	page, err := k.Results(t.Context(), k.WS, j.ID, job.ResultQuery{Limit: 10})
	check(t, err)
	for i, want := range []string{`[1]`, `[2]`, `[3]`, `[4]`} {
		equal(t, "of a result", shownIDs(t, []model.ID{page.Items[i].ID}), want)
	}
	single := k.Single(3, `{"name": "n"}`)
	equal(t, "of a request", shownIDs(t, []model.ID{k.Accept(single).RecordID}), `[3]`)
	k.Run(1)
	single = k.Single(3, `{"name": "m"}`)
	single.Kind = job.PreviewKind
	asJob := k.done(single)
	equal(t, "of a preview that is a job", shownIDs(t, []model.ID{asJob.RecordID, asJob.Preview.Sample[0].ID}), `[3,3]`)
}

func shownIDs(t *testing.T, ids []model.ID) string {
	t.Helper()
	text, err := json.Marshal(ids)
	check(t, err)
	return string(text)
}
