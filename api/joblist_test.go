package api_test

import (
	"fmt"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

func TestAListOfJobsIsNarrowed(t *testing.T) {
	r := newRig(t)
	r.call("GET", "/v1/jobs?state=paused,queued,paused&kind=undo,bulk&model=desk&createdBy=key:ops"+
		"&since=2026-01-31T12:00:00%2B02:00&until=2026-02-01T00:00:00.5Z&note=Q3,%20rev&id=0193ABCD-00", "").want(200)
	q := r.store.listed[0]
	if fmt.Sprintf("%v %v %s %s %v %s", q.States, q.Kinds, q.Model, q.CreatedBy, q.Words, q.IDPrefix) != "[paused queued] [bulk undo] desk key:ops [q3 rev] 0193abcd-00" {
		t.Errorf("%+v", q)
	}
	if q.Since.Format(time.RFC3339) != "2026-01-31T10:00:00Z" || q.Until.Nanosecond() != 5e8 {
		t.Errorf("since %s until %s", q.Since, q.Until)
	}
	for query, pointer := range map[string]string{
		"state=queued,asleep": "?state", "kind=bulk,": "?kind", "kind=files": "?kind", "createdBy=": "?createdBy",
		"since=yesterday": "?since", "until=2026-02-01": "?until", "note=%21": "?note", "creator=key:ops": "?creator",
		"id=": "?id", "id=0193abc": "?id", "id=0193abcg": "?id", "id=0193abcd00": "?id", "id=0193abcd-0000-7000-8000-0000000000000": "?id",
	} {
		a := r.call("GET", "/v1/jobs?"+query, "").want(400)
		if got := a.json()["errors"].([]any)[0].(map[string]any)["pointer"]; got != pointer {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// TestAKeyWithoutJobsReadListsItsOwn has three keys make jobs, of which one may
// read them all and two list theirs.
func TestAKeyWithoutJobsReadListsItsOwn(t *testing.T) {
	r := newRig(t)
	second := r.key("second", "main", auth.CustomersWrite)
	for _, key := range []string{r.admin, r.writer, second} {
		r.as(key, "PATCH", "/v1/desk/customers"+activeFilter, leadPatch).want(202)
	}
	for _, test := range []struct {
		key, query string
		jobs       int
	}{
		{r.admin, "", 3}, {r.admin, "?createdBy=key:second", 1}, {second, "", 1}, {second, "?createdBy=key:second", 1}, {second, "?createdBy=key:ops", 0},
	} {
		items := r.as(test.key, "GET", "/v1/jobs"+test.query, "").want(200).json()["items"].([]any)
		if len(items) != test.jobs {
			t.Errorf("a list%s has %d jobs, not %d", test.query, len(items), test.jobs)
		}
	}
	if q := r.store.listed[2]; q.Since.IsZero() {
		t.Error("jobs of an older key with the same name are listed")
	}
}

func TestAJobShowsItsNote(t *testing.T) {
	r := newRig(t)
	j := r.call("POST", "/v1/jobs", `{"model": "desk", "filter": {"state": "active"}, "patch": {"jobTitle": "Lead"}, "options": {"note": "Q3 review"}}`).want(202).json()
	if j["note"] != "Q3 review" || r.store.submitted[0].Options.Note != "Q3 review" {
		t.Errorf("%v", j["note"])
	}
	r.call("PATCH", "/v1/desk/customers/1?note=why", leadPatch).want(404) // which it judges before the record
	for _, note := range []string{`7`, `"\u0000"`, `"` + long(job.MaxNote+1) + `"`} {
		r.call("POST", "/v1/jobs", `{"model": "desk", "filter": {"state": "active"}, "patch": {"jobTitle": "Lead"}, "options": {"note": `+note+`}}`).want(400)
	}
}

// long is a text of so many characters, each of two bytes.
func long(n int) string {
	text := make([]rune, n)
	for i := range text {
		text[i] = 'é'
	}
	return string(text)
}
