package api_test

import (
	"strings"
	"testing"
)

// TestRequestLinesNameTheJob reads the lines of requests that make a job, or are
// about one, and looks for those of probes.
func TestRequestLinesNameTheJob(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		r.call("GET", path, "", "X-Request-Id", "probe").want(200)
	}
	id := r.job()
	r.call("PATCH", "/v1/desk/customers"+activeFilter, `{"jobTitle": "Lead"}`, "X-Request-Id", "made").want(202)
	r.call("POST", "/v1/jobs/"+id+"/pause", "", "X-Request-Id", "paused").want(200)
	r.call("GET", "/v1/jobs/none", "", "X-Request-Id", "none").want(404)
	r.call("GET", "/v1/models", "", "X-Request-Id", "models").want(200)
	r.log.until("request=models")
	for line := range strings.Lines(r.log.String()) {
		for request, want := range map[string]string{"made": "job=job2", "paused": "job=" + id, "none": "job=none", "models": ""} {
			if strings.Contains(line, "request="+request+" ") && (!strings.Contains(line, want) || strings.Contains(line, "job=") != (want != "")) {
				t.Errorf("the line of %s does not say %q: %s", request, want, line)
			}
		}
		if strings.Contains(line, "request=probe") {
			t.Errorf("a probe is logged: %s", line)
		}
	}
}
