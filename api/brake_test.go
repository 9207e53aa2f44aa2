package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
)

func (f *fake) Brake(_ context.Context, ws auth.Workspace) (job.Brake, error) {
	defer f.lock()()
	return job.Brake{Own: f.brakes[ws.ID], All: f.brakes[0]}, f.err
}

func (f *fake) SwitchBrake(ctx context.Context, by auth.Caller, reach job.Reach, reason string) (job.Brake, error) {
	of := by.Workspace.ID
	if reach == job.EveryWorkspace {
		of = 0
	}
	at := f.now()
	f.mu.Lock()
	f.brakes[of] = job.Switch{Reason: reason, Since: &at, By: by.Actor()}
	f.mu.Unlock()
	return f.Brake(ctx, by.Workspace)
}

func TestTheBrakeSaysWhichSwitchHolds(t *testing.T) {
	r := newRig(t)
	const never = `{"on":false,"reason":null,"since":null,"by":null}`
	steps := []struct{ key, call, body, want string }{
		{r.admin, "GET /v1/brake", "", `{"on":false,"reason":null,"since":null,"by":null,"switches":{"workspace":` + never + `,"all":` + never + `}}`},
		{r.admin, "PUT /v1/brake", `{"on":true,"reason":"wrong prices"}`, `{"on":true,"reason":"wrong prices","since":"2026-11-21T12:00:00Z","by":"key:ops",`},
		{r.other, "GET /v1/brake", "", `{"on":false,`},
		{r.admin, "PUT /v1/brake?all=true", `{"on":true,"reason":"moving house"}`, `{"on":true,"reason":"moving house",`},
		{r.other, "GET /v1/brake", "", `{"on":true,"reason":"moving house","since":"2026-11-21T12:00:00Z","by":null,"switches":{"workspace":` + never + `,"all":{"on":true,"reason":"moving house","since":"2026-11-21T12:00:00Z","by":null}}}`},
		{r.admin, "PUT /v1/brake?all=true", `{"on":false,"reason":""}`, `{"on":true,"reason":"wrong prices",`},
		{r.admin, "PUT /v1/brake", `{"on":false,"reason":"found them"}`, `{"on":false,"reason":null,"since":"2026-11-21T12:00:00Z","by":"key:ops",`},
	}
	for _, s := range steps {
		method, path, _ := strings.Cut(s.call, " ")
		if text := r.as(s.key, method, path, s.body, "Content-Type", "application/json").want(200).text; !strings.HasPrefix(text, s.want) {
			t.Errorf("%s %s: %s", s.call, s.body, text)
		}
	}
	r.as(r.other, "PUT", "/v1/brake?all=true", `{"on":true,"reason":"x"}`).want(403).code("forbidden_workspace")
}

func TestABadBrakeIsRefusedWithAllFaults(t *testing.T) {
	r := newRig(t)
	for body, want := range map[string]string{
		`{}`:                               "/on required",
		`{"on":true}`:                      "/reason required",
		`{"on":true,"reason":null}`:        "/reason required",
		`{"on":true,"reason":" "}`:         "/reason format",
		`{"on":true,"reason":"a\nb"}`:      "/reason format",
		`{"on":false,"reason":"a\u0000"}`:  "/reason format",
		`{"on":"yes","reason":7,"by":"x"}`: "/on type, /reason type, /by unknown_field",
		`{"on":true,"reason":"` + strings.Repeat("é", 201) + `"}`: "/reason format",
	} {
		var faults []string
		for _, f := range r.call("PUT", "/v1/brake", body).want(400).json()["errors"].([]any) {
			faults = append(faults, fmt.Sprint(f.(map[string]any)["pointer"], " ", f.(map[string]any)["code"]))
		}
		if got := strings.Join(faults, ", "); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	r.call("PUT", "/v1/brake", `{"on":true,"reason":"`+strings.Repeat("é", 200)+`"}`).want(200)
}

// TestTheBrakeEndsAnImport switches the brake on after the first batch.
func TestTheBrakeEndsAnImport(t *testing.T) {
	r := newRig(t)
	batches := 0
	r.store.onImport = func(context.Context) error {
		if batches++; batches > 1 {
			return job.ErrBraked
		}
		return nil
	}
	var lines strings.Builder
	for id := range 1500 {
		fmt.Fprintf(&lines, "{\"id\":%d,\"firstName\":\"x\"}\n", id+1)
	}
	a := r.call("POST", "/v1/desk/import", lines.String(), "Content-Type", "application/x-ndjson").want(503).code("brake")
	if detail := a.json()["detail"].(string); !strings.HasSuffix(detail, "Lines up to 1000 were imported.") || a.Header.Get("Retry-After") == "" {
		t.Error(detail)
	}
}
