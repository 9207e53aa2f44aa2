package api_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

func TestBulkPatchIsAcceptedAsAJob(t *testing.T) {
	r := newRig(t)
	a := r.call("PATCH", "/v1/desk/customers"+activeFilter+"&maxAffected=10&maxFailures=2.0&onMismatch=force&recordsPerSecond=1.5",
		leadPatch, "Content-Type", "application/merge-patch+json").want(202)
	a.header("Location", "/v1/jobs/job1").header("Retry-After", "1").header("ETag", `W/"1"`)
	s := r.store.submitted[0]
	if s.Kind != job.Bulk || r.store.callers[0].Actor() != "key:ops" || *s.Options.MaxAffected != 10 || *s.Options.MaxFailures != 2 ||
		s.Options.OnMismatch != job.Force || *s.Options.RecordsPerSecond != 1.5 || len(s.Patch.Sets) != 1 {
		t.Errorf("submission %+v", s)
	}
	j := a.json()
	request := j["request"].(map[string]any)
	if j["kind"] != "bulk" || request["filter"].(map[string]any)["state"] != "active" || request["patch"].(map[string]any)["jobTitle"] != "Lead" {
		t.Errorf("job %s", a.text)
	}
}

func TestJobResourceMeansTheSameAsThePatch(t *testing.T) {
	r := newRig(t)
	r.call("POST", "/v1/jobs", `{"model":"desk","id":null,"filter":{"state":"active"},"patch":{"jobTitle":"Lead"},
		"options":{"maxAffected":10,"allowAll":null}}`, "Idempotency-Key", "k").want(202)
	a := r.call("PATCH", "/v1/desk/customers?maxAffected=10&filter="+url.QueryEscape(`{ "state" : "active" }`), `{ "jobTitle":"Lead" }`,
		"Idempotency-Key", "k").want(202)
	a.header("Idempotency-Replayed", "true").header("Location", "/v1/jobs/job1")
	r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch, "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
	if len(r.store.submitted) != 1 {
		t.Errorf("%d jobs", len(r.store.submitted))
	}
}

func TestEmptyFilterNeedsAllowAll(t *testing.T) {
	r := newRig(t)
	r.call("PATCH", "/v1/desk/customers?filter=%7B%7D&allowAll=true", leadPatch).want(202)
	r.call("POST", "/v1/jobs", `{"model":"desk","filter":{},"patch":{"jobTitle":"x"},"options":{"allowAll":true}}`).want(202)
}

func TestSinglePatchIsAccepted(t *testing.T) {
	r := newRig(t)
	path := r.customer(`{"firstName":"Ana"}`)
	r.call("PATCH", path, leadPatch, "If-Match", `"7"`).want(202)
	r.call("POST", "/v1/jobs", `{"model":"desk","id":1,"patch":{"jobTitle":"Lead"}}`).want(202)
	r.call("POST", "/v1/jobs", `{"model":"desk","id":"1","patch":{"jobTitle":"Lead"}}`).want(202)
	if s := r.store.submitted[0]; s.Kind != job.Single || s.RecordID != int64(1) || *s.IfMatch != 7 {
		t.Errorf("submission %+v", s)
	}
	if s := r.store.submitted[2]; s.RecordID != int64(1) || s.IfMatch != nil {
		t.Errorf("submission %+v", s)
	}
	r.call("PATCH", path, `{"jobTitle":"x","id":1}`).want(202) // equal to what is stored
}

func TestReplayOutlivesTheRecord(t *testing.T) {
	r := newRig(t)
	path := r.customer(`{"firstName":"Ana"}`)
	r.call("PATCH", path, `{"jobTitle":"x","id":1}`, "Idempotency-Key", "k").want(202)
	r.call("DELETE", path, "").want(204)
	r.call("PATCH", path, `{"jobTitle":"x","id":1}`, "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
}

func TestFaultsOfBodyAndHeadersComeAtOnce(t *testing.T) {
	r := newRig(t)
	pointers := func(a answer) string {
		var all []string
		for _, f := range a.want(400).json()["errors"].([]any) {
			all = append(all, f.(map[string]any)["pointer"].(string))
		}
		return strings.Join(all, " ")
	}
	body := `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":7}}`
	if got := pointers(r.call("POST", "/v1/jobs", body, "Idempotency-Key", "a b", "If-Match", `"1"`)); got != "/patch/jobTitle If-Match Idempotency-Key" {
		t.Errorf("faults at %s", got)
	}
	path := r.customer(`{"firstName":"Ana"}`)
	if got := pointers(r.call("PATCH", path, `{"jobTitle":7,"numTickets":99}`)); got != "/jobTitle /numTickets" {
		t.Errorf("faults at %s", got)
	}
}

func TestPreviewAndConfirm(t *testing.T) {
	r := newRig(t)
	at := "/v1/desk/customers" + activeFilter
	r.store.preview = job.Preview{Matched: 5, WouldChange: 2, Unchanged: 1, WouldFail: 1, WouldSkip: 1, Digest: "abcdef",
		Reasons: []job.ErrorSummary{{Code: "too_large", Pointer: "/notes", Title: "Large", Count: 1, SampleIDs: []model.ID{r.desk.ID("7")}}}}
	a := r.call("PATCH", at+"&dryRun=true", leadPatch).want(200)
	const want = `{"matched":5,"wouldChange":2,"unchanged":1,"wouldFail":1,"wouldSkip":1,` +
		`"reasons":[{"code":"too_large","pointer":"/notes","title":"Large","count":1,"sampleIds":[7]}],"guard":null,"sample":[],"confirmToken":"`
	if !strings.HasPrefix(a.text, want) || !strings.HasSuffix(a.text, `","expiresAt":"2026-11-21T12:15:00Z"}`+"\n") {
		t.Errorf("preview %s", a.text)
	}
	if a := r.call("PATCH", at+"&dryRun=true&maxAffected=4", leadPatch).want(200).text; !strings.Contains(a, `"guard":"maxAffected","sample":[],"confirmToken":null,`) {
		t.Errorf("preview of what a guard refuses: %s", a)
	}
	p := a.json()
	if len(r.store.submitted) != 0 {
		t.Error("a dry run made a job")
	}
	token := "&confirmToken=" + url.QueryEscape(p["confirmToken"].(string))
	refused := map[string]string{
		"other patch":      "",
		"other onMismatch": "&onMismatch=force",
		"new options":      "&allowNewOptions=true",
		"changed token":    "x",
	}
	for name, more := range refused {
		body := leadPatch
		if name == "other patch" {
			body = `{"jobTitle":"Other"}`
		}
		if a := r.call("PATCH", at+token+more, body); a.StatusCode != 412 {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	// What an empty variable sends is a bad token, and not none.
	r.call("PATCH", at+"&confirmToken=", leadPatch).want(412).code("confirm_token_invalid")
	r.call("POST", "/v1/jobs", `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"Lead"},"options":{"confirmToken":""}}`).
		want(412).code("confirm_token_invalid")
	r.as(r.other, "PATCH", at+token, leadPatch).want(412).code("confirm_token_invalid")
	r.call("PATCH", at+token+"&maxAffected=5&onMismatch=skip", leadPatch).want(202)
	if s := r.store.submitted; len(s) != 1 || s[0].Digest != "abcdef" {
		t.Errorf("submitted %+v", s)
	}
	r.clock.pass(15 * time.Minute)
	r.call("PATCH", at+token, leadPatch).want(412).code("confirm_token_invalid")
}

func TestPreviewOfAnotherKeyFailsWithoutScope(t *testing.T) {
	r := newRig(t)
	r.as(r.reader, "PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", leadPatch).want(403).code("missing_scope")
	r.as(r.writer, "PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", leadPatch).want(200)
}

func TestWaitingForASingle(t *testing.T) {
	fail := func(outcome job.Outcome, code string) job.Result {
		return job.Result{ID: model.StringID("1"), Outcome: outcome, Error: &job.RecordError{Code: code, Detail: "Because.", Pointer: "/email"}}
	}
	tests := map[string]struct {
		state  job.State
		result job.Result
		status int
		code   string
	}{
		"updated":     {job.Succeeded, job.Result{ID: model.StringID("1"), Outcome: job.Updated}, 200, ""},
		"unchanged":   {job.Succeeded, job.Result{ID: model.StringID("1"), Outcome: job.Unchanged}, 200, ""},
		"version":     {job.Failed, fail(job.Conflicted, "precondition_failed"), 412, "precondition_failed"},
		"unique":      {job.Failed, fail(job.RecordFail, "unique"), 409, "unique"},
		"gone":        {job.Succeeded, fail(job.Skipped, "not_found"), 404, "record_not_found"},
		"rule":        {job.Failed, fail(job.RecordFail, "check"), 422, "record_failed"},
		"cancelled":   {job.Cancelled, job.Result{ID: model.StringID("1"), Outcome: job.Pending}, 409, "job_cancelled"},
		"not at once": {job.Queued, job.Result{}, 202, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			path := r.customer(`{"firstName":"Ana"}`)
			r.store.onSubmit = func(j *job.Job) {
				j.State = test.state
				r.store.results[j.ID] = []job.Result{test.result}
			}
			a := r.call("PATCH", path, leadPatch, "Prefer", "wait=1").want(test.status)
			a.header("Location", "/v1/jobs/job1").header("Preference-Applied", "wait=1")
			switch {
			case test.code != "":
				if a.code(test.code).json()["jobId"] != "job1" {
					t.Errorf("no job named: %s", a.text)
				}
			case test.status == 200:
				if a.header("ETag", `"1"`).json()["firstName"] != "Ana" {
					t.Errorf("not the record: %s", a.text)
				}
			}
		})
	}
}

func TestWaitingForABulkEndsWithTheJob(t *testing.T) {
	for name, notified := range map[string]bool{"this process": true, "another process": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			answers := make(chan answer, 1)
			go func() {
				answers <- r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch, "Prefer", "respond-async, wait=99")
			}()
			r.store.joined("job1")
			change := r.store.changeUnseen
			if notified {
				change = r.store.change
			}
			change("job1", func(j *job.Job) { j.State = job.Succeeded })
			a := (<-answers).want(200).header("Preference-Applied", "respond-async, wait=30")
			if a.json()["state"] != "succeeded" {
				t.Errorf("job %s", a.text)
			}
		})
	}
}

func TestSecretsDoNotTravel(t *testing.T) {
	r := newRig(t)
	a := r.call("PATCH", "/v1/desk/customers"+activeFilter, `{"password":"hunter2hunter2"}`).want(202)
	if strings.Contains(a.text, "hunter2") || !strings.Contains(a.text, `"***"`) {
		t.Errorf("job shows %s", a.text)
	}
	stored, err := json.Marshal(string(r.store.submitted[0].Patch.MarshalStored()))
	if err != nil || strings.Contains(string(stored), "hunter2") {
		t.Errorf("patch was not sealed: %s %v", stored, err)
	}
	if strings.Contains(r.log.String(), "hunter2") {
		t.Error("password logged")
	}
}

func TestPreviewThatTheStoreEndsBecomesAJob(t *testing.T) {
	r := newRig(t)
	r.store.onPreview = func(context.Context) error { return job.ErrQueryTimeout }
	if text := r.call("PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", leadPatch).want(202).text; !strings.Contains(text, `"kind":"preview"`) {
		t.Error(text)
	}
}

func TestPreviewThatTakesTooLong(t *testing.T) {
	r := newRig(t)
	r.store.onPreview = func(ctx context.Context) error {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("the preview has no limit")
		}
		return job.ErrUnavailable
	}
	r.call("PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", leadPatch).want(503).code("unavailable")
}
