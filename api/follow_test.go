package api_test

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/job"
)

// partly is a job that has ended with three records of desk updated and two
// that failed.
func (r *rig) partly() string {
	r.t.Helper()
	id := r.job()
	r.store.change(id, false, func(j *job.Job) {
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
