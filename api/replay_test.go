package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// accepted has the store hold a job that an idempotency key made before there
// were limits.
func (r *rig) accepted(key, rawFilter, patch string) {
	r.t.Helper()
	f, faults := filter.Restore([]byte(rawFilter), r.desk)
	if len(faults) > 0 {
		r.t.Fatal(faults)
	}
	secret, _ := r.store.SigningKey(context.Background())
	print, err := api.Fingerprint(secret, r.main, f, patch)
	if err != nil {
		r.t.Fatal(err)
	}
	r.store.byKey[key], r.store.jobByKey[key] = job.Once{IdempotencyKey: key, Fingerprint: print}, "before"
	r.store.jobs["before"] = job.Job{ID: "before", Kind: job.Bulk, Model: "desk", WorkspaceID: r.main.ID, State: job.Succeeded}
}

// wideFilter has one condition more than a request may have.
func wideFilter() string {
	conditions := make([]string, filter.MaxConditions+1)
	for i := range conditions {
		conditions[i] = fmt.Sprintf(`{"firstName":{"$contains":"a%d"}}`, i)
	}
	return `{"$or":[` + strings.Join(conditions, ",") + `]}`
}

func TestReplayOfWhatIsBeyondLaterLimits(t *testing.T) {
	for name, test := range map[string]struct{ filter, patch string }{
		"conditions":          {wideFilter(), `{"jobTitle":"x"}`},
		"an empty text":       {`{"firstName":{"$contains":""}}`, `{"jobTitle":"x"}`},
		"all, in other words": {`{"id":{"$exists":true}}`, `{"jobTitle":"x"}`},
		"a rule of the patch": {`{"id":1}`, `{"permission":"none of these"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.accepted("k", test.filter, test.patch)
			native := `{"model":"desk","filter":` + test.filter + `,"patch":` + test.patch
			same := func(method, path, body string) {
				a := r.call(method, path, body, "Idempotency-Key", "k")
				a.header("Idempotency-Replayed", "true").want(202).header("Location", "/v1/jobs/before")
			}
			same("POST", "/v1/jobs", native+"}")
			// What the key was not used for is judged as if it had no key.
			r.call("POST", "/v1/jobs", native+"}", "Idempotency-Key", "other").want(400)
			r.call("POST", "/v1/jobs", native+`,"options":{"maxFailures":1}}`, "Idempotency-Key", "k").want(400)
			r.call("POST", "/v1/jobs", native+`,"what":1}`, "Idempotency-Key", "k").want(400)
			if len(r.store.submitted) != 0 {
				t.Errorf("%d jobs", len(r.store.submitted))
			}
		})
	}
}

// TestReplayOnDesksOwnPath: the vendor's path adds to the filter, and knows a
// request by what was sent.
func TestReplayOnDesksOwnPath(t *testing.T) {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	body := `{"jobTitle":"x","filter_args":{"filter":` + wideFilter() + `}}`
	stored := compat.Both([]byte(wideFilter()), []string{compat.Where("state", "", "active")})
	r.accepted("k", string(stored), body)
	a := r.call("PATCH", "/desk/api/v2/customers/update.json", body, "Idempotency-Key", "k").want(200)
	a.header("Idempotency-Replayed", "true").header("Job-Id", "before")
}

// TestFaultThatTheStoreFinds: it is told where the caller's patch stands, and
// under the code of all such faults.
func TestFaultThatTheStoreFinds(t *testing.T) {
	r := newRig(t)
	r.store.refuse = fmt.Errorf("%w: %w", job.ErrTooManyChoices, model.Faults{model.TooManyChoices("/jobTitle")})
	for path, want := range map[string]string{
		"/v1/jobs":                          "/patch/jobTitle",
		"/v1/desk/customers" + activeFilter: "/jobTitle",
	} {
		method, body := "PATCH", leadPatch
		if path == "/v1/jobs" {
			method, body = "POST", `{"model":"desk","filter":{"state":"active"},"patch":`+leadPatch+`}`
		}
		a := r.call(method, path, body).want(400).code("too_many_options")
		var told struct {
			Errors []struct{ Pointer, Code, Detail string }
		}
		if err := json.Unmarshal([]byte(a.text), &told); err != nil || len(told.Errors) != 1 || told.Errors[0].Pointer != want {
			t.Errorf("%s: %s", path, a.text)
		}
	}
}

func TestCodeOfOneLimit(t *testing.T) {
	r := newRig(t)
	names := make([]string, model.MaxNames+1)
	for i := range names {
		names[i] = fmt.Sprintf(`"x%d":1`, i)
	}
	values := strings.Repeat("1,", filter.MaxValues) + "1"
	for code, body := range map[string]string{
		"too_many_conditions": `{"model":"desk","filter":` + wideFilter() + `,"patch":{"jobTitle":"x"}}`,
		"too_many_values":     `{"model":"desk","filter":{"id":{"$in":[` + values + `]}},"patch":{"jobTitle":"x"}}`,
		"too_many_names":      `{"model":"accounts","filter":{"id":1},"patch":{"custom":{` + strings.Join(names, ",") + `}}}`,
	} {
		r.call("POST", "/v1/jobs", body).want(400).code(code)
	}
}
