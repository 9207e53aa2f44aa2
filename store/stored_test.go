package store

import (
	"encoding/json"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// TestStoredJSONKeepsItsForm: a database holds JSON of earlier versions, whose
// processes may run beside this one.
func TestStoredJSONKeepsItsForm(t *testing.T) {
	value := func(text string) metValue { return metValue{json.RawMessage(text)} }
	five, half := int64(5), 0.5
	tests := map[string]struct {
		value any
		want  string
	}{
		"options": {job.Options{AllowAll: true, MaxAffected: &five, ExpectedCount: &five, OnMismatch: job.Force, RecordsPerSecond: &half,
			MaxFailures: &five, AllowNewOptions: true, Note: "n"},
			`{"allowAll":true,"maxAffected":5,"expectedCount":5,"onMismatch":"force","recordsPerSecond":0.5,"maxFailures":5,"allowNewOptions":true,"note":"n"}`},
		"options of a retry": {storedOptions{job.Options{OnMismatch: job.Force}, true, storedReasons{Codes: []string{"unique"}}},
			`{"onMismatch":"force","takesSkipped":true,"codes":["unique"]}`},
		"options of a retry of one field": {storedOptions{job.Options{}, false, storedReasons{Codes: []string{"unique"}, Pointers: []string{"/domain", ""}}},
			`{"codes":{"codes":["unique"],"pointers":["/domain",""]}}`},
		"options of a job that computes values": {storedOptions{Reasons: storedReasons{Computes: true}}, `{"codes":[{"pointers":null}]}`},
		"a rejection": {rejection{Offset: 7, Outcome: job.RecordFail, Code: "unique", Pointer: "/name"},
			`{"n":7,"o":"failed","c":"unique","p":"/name"}`},
		"a conflict": {metChange{Offset: 7, Job: 3, Fields: map[string]metFields{"name": {value(`"a"`), value(`"b"`), value(`null`)}}},
			`{"n":7,"b":3,"f":{"name":{"w":"a","n":"b","f":null}}}`},
		"reasons": {job.ErrorSummary{Code: "unique", Pointer: "/name", Title: "Taken", Count: 2, SampleIDs: []model.ID{model.StringID("a")}},
			`{"code":"unique","pointer":"/name","title":"Taken","count":2,"sampleIds":["a"]}`},
		"a transition":         {keptTransition{job.Paused, 9, "key:ops"}, `{"state":"paused","at":9,"by":"key:ops"}`},
		"samples of a rate":    {recent{{1, 2}, {3, 4}}, `[[1,2],[3,4]]`},
		"a pace":               {json.RawMessage(paceSeries{9, 4, []int64{1, 0, 2}}.String()), `[9,4,1,0,2]`},
		"no pace":              {json.RawMessage(paceSeries{}.String()), `[]`},
		"a column of a model":  {column{"name", "f_name", model.String}, `{"name":"name","sql":"f_name","kind":"string"}`},
		"a cursor of jobs":     {jobCursor{jobPlace{7, 9}, "list"}, `{"n":7,"t":9,"l":"list"}`},
		"a preview":            {job.Preview{Matched: 3, ExpiresAt: time.Unix(0, 0).UTC()}, `{"Matched":3,"WouldChange":0,"Unchanged":0,"WouldFail":0,"WouldSkip":0,"Reasons":null,"Guard":"","Sample":null,"Digest":"","ConfirmToken":"","ExpiresAt":"1970-01-01T00:00:00Z"}`},
		"a preview of an undo": {job.UndoPreview{Matched: 3}, `{"Matched":3,"WouldRestore":0,"Conflicted":0,"Skipped":0,"Sample":null,"Conflicts":null}`},
	}
	for name, tt := range tests {
		if got, err := json.Marshal(tt.value); err != nil || string(got) != tt.want {
			t.Errorf("%s is %s, not %s: %v", name, got, tt.want, err)
		}
	}
}

// TestACursorOfJobsStaysValid reads one that an earlier version has given out:
// it names the list by all of the query's conditions.
func TestACursorOfJobsStaysValid(t *testing.T) {
	q := job.Query{States: []job.State{job.Running}, Kinds: []job.Kind{job.Bulk}, Model: "desk", CreatedBy: "key:ops",
		Since: time.Unix(0, 0).UTC(), Until: time.Unix(1, 0).UTC(), Words: []string{"a"}, Limit: 5}
	if got := listName(q); got != "0475ed71cabd67dd" {
		t.Errorf("the list is named %s", got)
	}
}
