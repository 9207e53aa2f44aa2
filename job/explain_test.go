package job_test

import (
	"strings"
	"testing"

	"bulkpatch/job"
)

func TestWaitingIsExplained(t *testing.T) {
	reasons := []string{
		job.WaitThrottled, job.WaitWorker, job.WaitResolve, job.WaitRedis, job.WaitDatabase,
		job.WaitStorage, job.WaitBrake,
	}
	for _, reason := range reasons {
		e, ok := job.ExplainWait(reason, "")
		if !ok || e.Title == "" || e.Advice == "" || (e.Why == "") != (reason == job.WaitBrake) {
			t.Errorf("%s: %+v", reason, e)
		}
	}
	if e, ok := job.ExplainWait(job.WaitBrake, "the index is being rebuilt"); !ok || e.Why != "the index is being rebuilt" {
		t.Errorf("the brake: %+v", e)
	}
	if e, ok := job.ExplainWait(job.WaitWorker, "They do not have desk."); !ok || e.Why != "They do not have desk." || !strings.Contains(e.Title, "model") {
		t.Errorf("a missing model: %+v", e)
	}
	if _, ok := job.ExplainWait(job.WaitModel, ""); ok {
		t.Error("a reason that nobody is shown is explained")
	}
	if e, ok := job.ExplainWait("sunday", "It is Sunday."); ok || e.Title == "" || e.Why != "It is Sunday." {
		t.Errorf("a reason of a newer server: %+v", e)
	}
}

func TestReasonsAreExplained(t *testing.T) {
	for _, code := range []string{"unique", "changed_since", "max_affected", "permission_needs_company"} {
		if e, ok := job.Explain(code); !ok || e.Title == "" || !strings.HasSuffix(e.Advice, ".") {
			t.Errorf("%s: %+v", code, e)
		}
	}
	if e, ok := job.Explain("permission_needs_company"); !ok || !strings.Contains(e.Advice, "company first, or leave permission out") {
		t.Errorf("%+v", e)
	}
	if e, ok := job.Explain("sunday"); ok || e != (job.Explanation{}) {
		t.Errorf("an unknown code: %+v", e)
	}
	if e, ok := job.ExplainGuard("maxAffected"); !ok || !strings.Contains(e.Advice, "maxAffected") {
		t.Errorf("a guard: %+v", e)
	}
	if _, ok := job.ExplainGuard("sunday"); ok {
		t.Error("there is no such guard")
	}
}
