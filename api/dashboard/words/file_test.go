package words

import (
	"fmt"
	"strings"
	"testing"
)

// aFileJob is a job that takes the values of a file.
const aFileJob = `{"kind": "file", "model": "desk", "request": {"filter": null, "patch": null, "compute": null,
	"file": {"fileId": "0194", "name": "it's.csv"}, "match": ["externalId", "email"],
	"columns": {"External ID": "externalId", "E-mail": "email", "Job": "jobTitle", "v": "version", "City": "custom.city", "x": null},
	"options": {"clearWord": "NULL", "unmatched": "skip"}}}`

func TestAFileJobIsASentence(t *testing.T) {
	var columns strings.Builder
	for i := range 100 {
		fmt.Fprintf(&columns, `"%d": "field%d", `, i, i)
	}
	many := strings.Replace(aFileJob, `"Job": `, columns.String()+`"Job": `, 1)
	for text, want := range map[string]string{
		aFileJob: "Set jobTitle and custom.city from it's.csv, matched by externalId and email",
		many: "Set field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16 and 85 more fields" +
			" from it's.csv, matched by externalId and email",
		`{"kind": "retry", "retryOf": "0193", "request": {"file": {"fileId": "1", "name": "a.csv"}, "match": ["id"], "columns": {"a": "b"}}}`:  "Retry of: set b from a.csv, matched by id",
		`{"kind": "preview", "request": {"file": {"fileId": "1", "name": null}, "match": ["a", "b", "c"], "columns": null}}`:                   "Preview: set fields from a file, matched by a, b and c",
		`{"kind": "file", "request": {"file": {"fileId": "1", "name": "\u202egnp.csv"}, "match": null, "columns": [1, 2], "requestBytes": 9}}`: `Set fields from \u202egnp.csv`,
	} {
		if got := Job(jobFromJSON(t, text), nil, nil).String(); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
}

func TestAFileJobCanBeMadeAgain(t *testing.T) {
	j := jobFromJSON(t, aFileJob)
	const columns = `{"External ID":"externalId","E-mail":"email","Job":"jobTitle","v":"version","City":"custom.city","x":null}`
	want := "bulkpatch submit 'desk' \\\n  --file='it'\\''s.csv' \\\n  --match='externalId,email' \\\n  --columns='" + columns +
		"' \\\n  --clear-word='NULL' \\\n  --unmatched='skip' \\\n  --server='https://crm.example'"
	if got := Command(j, "https://crm.example"); got != want {
		t.Errorf("the command is %s", got)
	}
	body := `-d '{"model":"desk","file":"0194","match":["externalId","email"],"columns":` + columns + `,"options":{"clearWord":"NULL","unmatched":"skip"}}'`
	if got := Curl(j, "https://crm.example"); !strings.Contains(got, body) || !strings.HasSuffix(got, "'https://crm.example/v1/jobs'") {
		t.Errorf("the call is %s", got)
	}
	if got := Go(j); !strings.Contains(got, `Match:   []string{"externalId", "email"},`) || !strings.Contains(got, `ClearWord: "NULL"`) {
		t.Errorf("the program is %s", got)
	}
	j.Request.Columns = nil // a list leaves many out
	if Command(j, "") != "" || Curl(j, "") != "" || Go(j) != "" {
		t.Error("a request that is not shown whole is offered in part")
	}
}

func TestLinesAreNamed(t *testing.T) {
	for of, lines := range map[string][]int64{"": nil, "line 3": {3}, "lines 3 and 1,700": {3, 1700}, "lines 3, 4 and 5": {3, 4, 5}} {
		if got := Lines(lines, int64(len(lines))); got != of {
			t.Errorf("%v are %s", lines, got)
		}
	}
	if got := Lines([]int64{3, 4}, 9); got != "lines 3, 4 …" {
		t.Errorf("some of more are %s", got)
	}
}
