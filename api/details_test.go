package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// TestDetailsNameWhatIsAllowed: a caller need not look up what to send
// instead.
func TestDetailsNameWhatIsAllowed(t *testing.T) {
	r := newRig(t)
	states, outcomes, scopes := make([]string, len(job.States)), make([]string, len(job.Outcomes)), make([]string, len(auth.Scopes))
	for i, s := range job.States {
		states[i] = string(s)
	}
	for i, o := range job.Outcomes {
		outcomes[i] = string(o)
	}
	for i, s := range auth.Scopes {
		scopes[i] = string(s)
	}
	oneOf := func(words []string) string { return "enum: This must be one of: " + strings.Join(words, ", ") + "." }
	option := func(option string) [3]string {
		return [3]string{"POST", "/v1/jobs", `{"model":"desk","filter":{"state":"active"},"patch":` + leadPatch + `,"options":{` + option + `}}`}
	}
	for input, want := range map[[3]string]string{
		{"GET", "/v1/desk/customers?limit=1001", ""}:                  "out_of_range: This must be a whole number from 1 to 1000.",
		{"GET", "/v1/desk/customers?limit=99999999999999999999", ""}:  "out_of_range: This must be a whole number from 1 to 1000.",
		{"GET", "/v1/desk/customers?limit=x", ""}:                     "type: This must be a whole number from 1 to 1000.",
		{"GET", "/v1/jobs/job1?wait=31", ""}:                          "out_of_range: This must be a whole number from 0 to 30.",
		{"GET", "/v1/jobs?state=asleep", ""}:                          oneOf(states),
		{"GET", "/v1/jobs/job1/results?outcome=updated,lost", ""}:     oneOf(outcomes),
		{"POST", "/v1/keys", `{"name":"x","scopes":["all"]}`}:         oneOf(scopes),
		option(`"maxAffected":-1`):                                    "out_of_range: This must be a whole number of at least 0.",
		option(`"maxAffected":-1e999999`):                             "out_of_range: This must be a whole number of at least 0.",
		option(`"maxAffected":1.5`):                                   "type: This must be a whole number of at least 0.",
		option(`"maxAffected":9223372036854775808`):                   "out_of_range: This must be a whole number from 0 to 9223372036854775807.",
		option(`"maxFailures":1e999999`):                              "out_of_range: This must be a whole number from 1 to 9223372036854775807.",
		option(`"recordsPerSecond":1e999999`):                         "out_of_range: This must be a number above 0 and below 1.7e308.",
		option(`"recordsPerSecond":1` + strings.Repeat("0", 100_000)): "out_of_range: This must be a number above 0 and below 1.7e308.",
		option(`"recordsPerSecond":-1e999999`):                        "out_of_range: This must be a number above 0.",
	} {
		a := r.call(input[0], input[1], input[2]).want(400)
		var told struct {
			Errors []struct{ Code, Detail string }
		}
		if err := json.Unmarshal([]byte(a.text), &told); err != nil || len(told.Errors) != 1 {
			t.Fatalf("%.200s: %s", input, a.text)
		}
		if got := told.Errors[0].Code + ": " + told.Errors[0].Detail; got != want {
			t.Errorf("%.200s: %s, want %s", input, got, want)
		}
	}
	r.call("POST", "/v1/jobs", option(`"maxAffected":1e17`)[2]).want(202)
}
