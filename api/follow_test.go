package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// partly is a job that has ended with three records of desk updated and two
// that failed.
func (r *rig) partly() string {
	r.t.Helper()
	id := r.job()
	r.store.changeUnseen(id, func(j *job.Job) {
		matched := int64(5)
		j.State, j.Matched, j.Tally, j.UndoAvailable = job.PartiallySucceeded, &matched, job.Tally{Updated: 3, Failed: 2}, true
		j.ErrorSummary = []job.ErrorSummary{{Code: "unique", Count: 2}}
	})
	return id
}

func TestARetryOfOneGroupNamesItsCodes(t *testing.T) {
	r := newRig(t)
	retry := "/v1/jobs/" + r.partly() + "/retry"
	for body, pointer := range map[string]string{
		`{"codes": []}`:                    "/codes",
		`{"codes": null}`:                  "/codes",
		`{"codes": "unique"}`:              "/codes",
		`{"codes": [1]}`:                   "/codes/0",
		`{"codes": ["unique", "too_big"]}`: "/codes/1",
		`{"code": ["unique"]}`:             "/code",
		`{"ids": [1]}`:                     "/ids",
	} {
		a := r.call("POST", retry, body).want(400)
		if got := a.json()["errors"].([]any)[0].(map[string]any); got["pointer"] != pointer {
			t.Errorf("%s: %v", body, got)
		}
	}
	if text := r.call("POST", retry, `{"codes": ["typo"]}`).text; !strings.Contains(text, "one of: unique.") {
		t.Errorf("the codes that there are go unnamed: %s", text)
	}
	first := `{"codes": ["unique"], "onMismatch": "force"}`
	r.call("POST", retry, first, "Idempotency-Key", "k").want(202)
	if f := r.store.followed[0]; fmt.Sprint(f.Codes) != "[unique]" || f.OnMismatch != job.Force {
		t.Errorf("%+v", f)
	}
	r.call("POST", retry, first, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	r.call("POST", retry, `{"onMismatch": "force"}`, "Idempotency-Key", "k").want(422).code("idempotency_key_reused")

	r.store.refuse = &job.RetryOpenError{JobID: "job77"}
	a := r.call("POST", retry, "").want(409).code("retry_open")
	if a.json()["jobId"] != "job77" || !strings.Contains(a.text, "job77 ") {
		t.Errorf("the open retry goes unnamed: %s", a.text)
	}
	r.call("POST", retry, first, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
}

// TestARetryOfOneFieldNamesItsPointer retries failures of one code and one field. Old
// requests, without pointers, keep their idempotency key.
func TestARetryOfOneFieldNamesItsPointer(t *testing.T) {
	r := newRig(t)
	id := r.partly()
	r.store.changeUnseen(id, func(j *job.Job) {
		j.ErrorSummary = []job.ErrorSummary{{Code: "unique", Pointer: "/domain", Count: 1}, {Code: "unique", Pointer: "/name", Count: 1}, {Code: "constraint", Count: 1}}
	})
	retry := "/v1/jobs/" + id + "/retry"
	for body, pointer := range map[string]string{
		`{"pointers": []}`:                                   "/pointers",
		`{"pointers": null}`:                                 "/pointers",
		`{"pointers": [1]}`:                                  "/pointers/0",
		`{"pointers": ["domain"]}`:                           "/pointers/0",
		`{"pointers": ["/domain", "/domains"]}`:              "/pointers/1",
		`{"codes": ["unique"], "pointers": [""]}`:            "/pointers/0",
		`{"codes": ["constraint"], "pointers": ["/domain"]}`: "/pointers/0",
		`{"codes": ["typo"], "pointers": ["/domain"]}`:       "/codes/0",
	} {
		a := r.call("POST", retry, body).want(400)
		if got := a.json()["errors"].([]any)[0].(map[string]any); got["pointer"] != pointer {
			t.Errorf("%s: %v", body, got)
		}
	}
	one := `{"codes": ["unique"], "pointers": ["/domain"]}`
	r.call("POST", retry, one, "Idempotency-Key", "k").want(202)
	if f := r.store.followed[0]; fmt.Sprint(f.Codes, f.Pointers) != "[unique] [/domain]" {
		t.Errorf("%+v", f)
	}
	r.call("POST", retry, one, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	for _, another := range []string{`{"codes": ["unique"]}`, `{"pointers": ["/domain"]}`, `{"codes": ["unique"], "pointers": ["/name"]}`,
		`{"codes": ["unique", "pointers", "/domain"]}`} {
		r.call("POST", retry, another, "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
	}
	r.call("POST", retry, `{"pointers": [""]}`).want(202)
	r.call("POST", "/v1/jobs/"+id+"/undo", one).want(400)
}

// TestOfManyAllowedWordsTwentyAreNamed retries a job whose records ended with more
// codes.
func TestOfManyAllowedWordsTwentyAreNamed(t *testing.T) {
	r := newRig(t)
	id := r.partly()
	r.store.changeUnseen(id, func(j *job.Job) {
		j.ErrorSummary = nil
		for n := range 23 {
			j.ErrorSummary = append(j.ErrorSummary, job.ErrorSummary{Code: fmt.Sprint("code", n), Count: 1})
		}
	})
	said := r.call("POST", "/v1/jobs/"+id+"/retry", `{"codes": ["typo"]}`).want(400).text
	if !strings.Contains(said, "code19 and 3 more.") || strings.Contains(said, "code20") {
		t.Errorf("%s", said)
	}
}

func TestAnUndoTakesChosenRecords(t *testing.T) {
	r := newRig(t)
	undo := "/v1/jobs/" + r.partly() + "/undo"
	for body, pointer := range map[string]string{
		`{"ids": []}`:           "/ids",
		`{"ids": null}`:         "/ids",
		`{"ids": 7}`:            "/ids",
		`{"ids": [7, null]}`:    "/ids/1",
		`{"ids": [7, 7.5]}`:     "/ids/1",
		`{"ids": [7, "seven"]}`: "/ids/1",
		`{"id": [7]}`:           "/id",
		`{"codes": ["unique"]}`: "/codes",
		`{"ids": [` + strings.Repeat("1,", 10_000) + `1]}`: "/ids",
	} {
		a := r.call("POST", undo, body).want(400)
		if got := a.json()["errors"].([]any)[0].(map[string]any); got["pointer"] != pointer {
			t.Errorf("%.40s: %v", body, got)
		}
	}
	r.call("POST", undo, `{"ids": [7, "8", 7]}`, "Idempotency-Key", "k").want(202)
	if f := r.store.followed[0]; !slices.Equal(f.IDs, []any{int64(7), int64(8)}) {
		t.Errorf("%v", f.IDs)
	}
	r.call("POST", undo, `{"ids": [7, "8", 7]}`, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	r.call("POST", undo, `{"ids": [7]}`, "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
	r.call("POST", undo, "", "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
	r.call("POST", undo, `{}`).want(202)
	if f := r.store.followed[1]; f.IDs != nil {
		t.Errorf("an undo of all names %v", f.IDs)
	}
}

func TestResultsOfAnUndoShowConflicts(t *testing.T) {
	r := newRig(t)
	id := r.job()
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	r.store.results[id] = []job.Result{
		{ID: r.desk.ID("1"), Outcome: job.Conflicted, Conflict: &job.Conflict{By: "job9", Fields: map[string]job.FieldConflict{
			"jobTitle": {Wrote: raw(`"Lead"`), Now: raw(`"Chief"`), Former: raw(`null`)}}}},
		{ID: r.desk.ID("2"), Outcome: job.Conflicted, Conflict: &job.Conflict{}},
	}
	text := r.call("GET", "/v1/jobs/"+id+"/results", "").want(200).text
	for _, want := range []string{
		`"conflict":{"jobTitle":{"wrote":"Lead","now":"Chief","former":null}},"by":"job9"`, `"conflict":null,"by":null`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	sheet := r.call("GET", "/v1/jobs/"+id+"/results", "", "Accept", "text/csv").want(200).text
	if !strings.Contains(sheet, `,"{""jobTitle"":{""wrote"":""Lead"",""now"":""Chief"",""former"":null}}",job9`) {
		t.Errorf("%s", sheet)
	}
}

func TestARetryAndAnUndoCanBePreviewed(t *testing.T) {
	r := newRig(t)
	id := r.partly()
	retry, undo := "/v1/jobs/"+id+"/retry", "/v1/jobs/"+id+"/undo"
	const change = `"sample":[{"id":"7","changed":{"jobTitle":{"from":null,"to":1}}}]`
	if text := r.call("POST", retry, `{"dryRun": true, "codes": ["unique"]}`).want(200).text; !strings.Contains(text, `{"matched":2,"wouldChange":2,"unchanged":0,"wouldFail":0,"wouldSkip":0,"reasons":[],"guard":null,`+change+`,"confirmToken":null,"expiresAt":null}`) {
		t.Errorf("%s", text)
	}
	want := `{"matched":3,"wouldRestore":2,"conflicted":1,"skipped":0,` + change + `,"conflicts":[{"id":"8","conflict":{"jobTitle":{"wrote":1,"now":2,"former":null}},"by":"job9"}]}`
	if text := r.call("POST", undo, `{"dryRun": true}`).want(200).text; strings.TrimSpace(text) != want {
		t.Errorf("%s", text)
	}
	r.call("POST", undo, `{"dryRun": 1}`).want(400)
	r.call("POST", retry, `{"dryRun": true, "codes": ["typo"]}`).want(400)
	blind := r.key("blind", "main", auth.CustomersWrite, auth.JobsWrite, auth.JobsRead)
	if text := r.as(blind, "POST", undo, `{"dryRun": true}`).want(200).text; !strings.Contains(text, `"changed":null`) || !strings.Contains(text, `"conflict":null,"by":"job9"`) {
		t.Errorf("without customers:read: %s", text)
	}

	j := r.call("POST", undo, `{"dryRun": true}`, "Prefer", "respond-async", "Idempotency-Key", "k").want(202).header("Preference-Applied", "respond-async").json()
	if j["kind"] != "preview" {
		t.Errorf("%v", j)
	}
	r.call("POST", undo, `{"dryRun": true}`, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	r.call("POST", undo, ``, "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
	r.store.onPreview = func(context.Context) error { return job.ErrQueryTimeout }
	r.call("POST", retry, `{"dryRun": true}`).want(202)
	if f := r.store.followed[len(r.store.followed)-1]; !f.Preview {
		t.Errorf("%+v", f)
	}
}
