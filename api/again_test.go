package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
)

func TestRetryAndUndoMakeAJobThatFollows(t *testing.T) {
	r := newRig(t)
	id := r.job()
	for _, action := range []string{"retry", "undo"} {
		r.call("POST", "/v1/jobs/"+id+"/"+action, "").want(409).code("action_not_allowed")
		r.call("POST", "/v1/jobs/nope/"+action, "").want(404).code("job_not_found")
		r.call("POST", "/v1/jobs/"+id+"/"+action, `{"why":1}`).want(400)
		r.as(r.writer, "POST", "/v1/jobs/"+id+"/"+action, "").want(403)
	}
	r.store.changeUnseen(id, func(j *job.Job) {
		matched := int64(3)
		j.State, j.Matched, j.Tally, j.UndoAvailable = job.PartiallySucceeded, &matched, job.Tally{Updated: 2, Failed: 1}, true
	})
	j := r.call("GET", "/v1/jobs/"+id, "").want(200).json()
	if got := fmt.Sprint(j["allowedActions"]); got != "[retry undo]" {
		t.Errorf("allowed actions are %s", got)
	}
	retried := r.call("POST", "/v1/jobs/"+id+"/retry", `{"onMismatch":"force"}`).want(202).header("Location", "/v1/jobs/following").json()
	if retried["kind"] != "retry" || retried["retryOf"] != id || retried["request"].(map[string]any)["options"].(map[string]any)["onMismatch"] != "force" {
		t.Errorf("%v", retried)
	}
	r.call("POST", "/v1/jobs/"+id+"/retry", `{"onMismatch":"maybe"}`).want(400)
	undone := r.call("POST", "/v1/jobs/"+id+"/undo", "").want(202).json()
	if undone["kind"] != "undo" || undone["undo"].(map[string]any)["undoOf"] != id || undone["request"].(map[string]any)["patch"] != nil {
		t.Errorf("%v", undone)
	}
}

func TestOneKeyMakesOneRetry(t *testing.T) {
	r := newRig(t)
	id := r.job()
	left := func(state job.State) func(j *job.Job) {
		return func(j *job.Job) {
			matched := int64(3)
			j.State, j.Matched, j.Tally, j.UndoAvailable = state, &matched, job.Tally{Updated: 2, Failed: 1}, true
		}
	}
	r.store.changeUnseen(id, left(job.PartiallySucceeded))
	retry := "/v1/jobs/" + id + "/retry"
	r.call("POST", retry, "", "Idempotency-Key", "two words").want(400).code("invalid_request")
	first := r.call("POST", retry, "", "Idempotency-Key", "k1").want(202).header("Idempotency-Replayed", "")
	r.store.changeUnseen(id, left(job.Running)) // by now it would be refused
	r.call("POST", retry, "", "Idempotency-Key", "k1").want(202).header("Idempotency-Replayed", "true").
		header("Location", first.Header.Get("Location"))
	r.call("POST", retry, `{"onMismatch":"force"}`, "Idempotency-Key", "k1").want(422).code("idempotency_key_reused")
	r.call("POST", "/v1/jobs/"+id+"/undo", "", "Idempotency-Key", "k1").want(422).code("idempotency_key_reused")
	r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch, "Idempotency-Key", "k1").want(422).code("idempotency_key_reused")
	r.call("POST", retry, "").want(409)
}

func TestWaitingForAnUndoEndsWithTheJob(t *testing.T) {
	r := newRig(t)
	id := r.job()
	r.store.changeUnseen(id, func(j *job.Job) {
		matched := int64(1)
		j.State, j.Matched, j.Tally, j.UndoAvailable = job.Succeeded, &matched, job.Tally{Updated: 1}, true
	})
	r.store.onSubmit = func(j *job.Job) { j.State = job.Succeeded }
	a := r.call("POST", "/v1/jobs/"+id+"/undo", "", "Prefer", "wait=5").want(200)
	a.header("Preference-Applied", "wait=5").header("Location", "/v1/jobs/following")
	if j := a.json(); j["state"] != "succeeded" || j["kind"] != "undo" {
		t.Errorf("%v", j)
	}
}

func TestAPreviewThatIsAJobCarriesAToken(t *testing.T) {
	r := newRig(t)
	j := r.call("PATCH", "/v1/desk/customers"+activeFilter+"&dryRun=true", leadPatch, "Prefer", "respond-async").want(202).
		header("Preference-Applied", "respond-async").json()
	id := j["jobId"].(string)
	if j["kind"] != "preview" || j["preview"] != nil {
		t.Errorf("%v", j)
	}
	keyed := func(query string) answer {
		return r.call("PATCH", "/v1/desk/customers"+activeFilter+query, leadPatch, "Prefer", "respond-async", "Idempotency-Key", "k")
	}
	first := keyed("&dryRun=true").want(202).json()["jobId"]
	if again := keyed("&dryRun=true").want(202).header("Idempotency-Replayed", "true").json()["jobId"]; again != first {
		t.Errorf("one key made the previews %v and %v", first, again)
	}
	keyed("").want(422).code("idempotency_key_reused")
	r.store.changeUnseen(id, func(j *job.Job) {
		ended := r.clock.now()
		j.State, j.FinishedAt, j.Preview = job.Succeeded, &ended, &job.Preview{Matched: 3, Digest: "abcdef"}
	})
	p := r.call("GET", "/v1/jobs/"+id, "").want(200).json()["preview"].(map[string]any)
	token := p["confirmToken"].(string)
	r.call("PATCH", "/v1/desk/customers"+activeFilter+"&confirmToken="+token, leadPatch).want(202)
	if got := r.store.submitted[len(r.store.submitted)-1].Digest; got != "abcdef" {
		t.Errorf("the job was submitted for the selection %q", got)
	}
	r.clock.pass(15 * time.Minute)
	r.call("PATCH", "/v1/desk/customers"+activeFilter+"&confirmToken="+token, leadPatch).want(412).code("confirm_token_invalid")
	r.store.changeUnseen(id, func(j *job.Job) { j.Preview = &job.Preview{Matched: 3, Digest: "abcdef", Guard: "expectedCount"} })
	if p := r.call("GET", "/v1/jobs/"+id, "").want(200).text; !strings.Contains(p, `"guard":"expectedCount","sample":[],"confirmToken":null,`) {
		t.Errorf("preview of what a guard refuses: %s", p)
	}
}
