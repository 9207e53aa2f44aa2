package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

const trimmed = `{"notes":[{"$trim":true}]}`

func TestAJobComputesValues(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	for body, want := range map[string]string{
		`{"model":"desk","filter":{"state":"active"},"patch":null,"compute":` + trimmed + `}`:           `"compute":{"notes":{"$trim":true}}`,
		`{"model":"desk","id":1,"patch":{"jobTitle":"Lead"},"compute":` + trimmed + `}`:                 `"patch":{"jobTitle":"Lead"},"compute":{"notes":{"$trim":true}}`,
		`{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"Lead"},"compute":null}`:       `"patch":{"jobTitle":"Lead"},"compute":null`,
		`{"model":"desk","filter":{"state":"active"},"compute":{"notes":{"$format":"{firstName} {{"}}}`: `"compute":{"notes":{"$format":"{firstName} {{"}}`,
	} {
		a := r.call("POST", "/v1/jobs", body).want(202)
		if !strings.Contains(a.text, want) {
			t.Errorf("%s shows %s", body, a.text)
		}
	}
}

func TestALargeComputationIsLeftOutOfLists(t *testing.T) {
	r := newRig(t)
	large := `{"notes":{"$suffix":"` + strings.Repeat("x", job.MaxListed) + `"}}`
	r.call("POST", "/v1/jobs", `{"model":"desk","filter":{"state":"active"},"compute":`+large+`}`).want(202)
	for id, j := range r.store.jobs {
		r.store.jobs[id] = j.Short()
	}
	a := r.call("GET", "/v1/jobs", "").want(200)
	if !strings.Contains(a.text, `"compute":null,"requestBytes":41`) {
		t.Errorf("the list shows %s", a.text)
	}
}

func TestAPreviewConfirmsWhatIsComputed(t *testing.T) {
	r := newRig(t)
	r.store.preview = job.Preview{Matched: 2, WouldChange: 2, Digest: "abcdef"}
	body := func(compute, options string) string {
		return `{"model":"desk","filter":{"state":"active"},"compute":` + compute + `,"options":{` + options + `}}`
	}
	token, _ := r.call("POST", "/v1/jobs", body(trimmed, `"dryRun":true`)).want(200).json()["confirmToken"].(string)
	confirm := `"confirmToken":"` + token + `"`
	r.call("POST", "/v1/jobs", body(`{"notes":{"$lower":true}}`, confirm)).want(412).code("confirm_token_invalid")
	r.call("POST", "/v1/jobs", body(` {"notes" : [{"$trim":true}] }`, confirm)).want(202)
}

// A fault of a computed value of a single is told where the request computes it.
func TestAFaultOfAComputedValueHasAPlaceInTheRequest(t *testing.T) {
	for pointer, want := range map[string]string{"/notes": "/compute/notes", "/jobTitle": "/patch/jobTitle"} {
		r := newRig(t)
		r.customer(`{"firstName":"Ana"}`)
		r.store.onSubmit = func(j *job.Job) {
			j.State = job.Failed
			r.store.results[j.ID] = []job.Result{{ID: model.StringID("1"), Outcome: job.RecordFail,
				Error: &job.RecordError{Code: "too_long", Detail: "Because.", Pointer: pointer}}}
		}
		a := r.call("POST", "/v1/jobs", `{"model":"desk","id":1,"patch":{"jobTitle":"Lead"},"compute":`+trimmed+`}`, "Prefer", "wait=1").want(422).code("record_failed")
		var told struct{ Errors []struct{ Pointer string } }
		if err := json.Unmarshal([]byte(a.text), &told); err != nil || len(told.Errors) != 1 || told.Errors[0].Pointer != want {
			t.Errorf("%s: %s", pointer, a.text)
		}
	}
}

func TestOneKeyOneComputation(t *testing.T) {
	r := newRig(t)
	body := func(compute string) string {
		return `{"model":"desk","filter":{"state":"active"},"compute":` + compute + `}`
	}
	r.call("POST", "/v1/jobs", body(trimmed), "Idempotency-Key", "k").want(202)
	r.call("POST", "/v1/jobs", body(trimmed), "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	r.call("POST", "/v1/jobs", body(`{"notes":{"$lower":true}}`), "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
}
