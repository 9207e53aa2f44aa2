package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	modeltable "bulkpatch/model/table"
)

// canary is a customer's value that no key may see without customers:read.
const canary = "Canary"

// narrow are the scopes of keys: each scope alone, the presets, and pairs that
// some call takes together.
var narrow = []string{
	"customers:read", "customers:write", "jobs:read", "jobs:write", "secrets:read", "admin",
	"customers:read,jobs:read", "customers:read,customers:write,jobs:read,jobs:write", "jobs:read,jobs:write",
	"secrets:read,jobs:read", "customers:read,customers:write", "customers:write,jobs:write",
}

const active = "filter=%7B%22state%22:%22active%22%7D"

// open reports whether a call asks for no key of the API, or as a login for one
// in its body.
func open(c api.Call) bool {
	if c.Vendor != "" {
		return strings.HasSuffix(c.Path, "/auth")
	}
	return !strings.HasPrefix(c.Path, "/v1/")
}

// TestEveryCallAsksForItsScopes makes every call with keys of one scope and of
// few, and holds the answer against the scopes that the call takes. Whoever may
// not read customers sees none of their values in it.
func TestEveryCallAsksForItsScopes(t *testing.T) {
	w := newScopeWorld(t)
	listed := map[string]bool{}
	for _, c := range w.calls() {
		ways := apitest.Examples(c)
		if listed[c.Method+" "+c.Path] = true; len(ways) == 0 {
			t.Errorf("%s %s: nothing says which scopes it takes", c.Method, c.Path)
		}
		for _, way := range ways {
			for _, key := range w.keys {
				w.try(t, c, way, key)
			}
		}
	}
	for name := range apitest.NativeExamples {
		if !listed[name] {
			t.Errorf("%s: there is no such call", name)
		}
	}
	w.logTellsNothing(t)
}

// logTellsNothing checks that the log has every call and no customer's value or
// key.
func (w *scopeWorld) logTellsNothing(t *testing.T) {
	t.Helper()
	text := w.log.String()
	for _, k := range w.keys {
		if strings.Contains(text, k.secret) || !strings.Contains(text, "actor=key:"+k.Name+" ") {
			t.Errorf("the log has the secret of the key %s, or not its calls", k.Name)
		}
	}
	if strings.Contains(text, canary) || strings.Contains(text, "level=ERROR") {
		t.Error("the log has a customer's value or an error")
	}
}

// A scopeWorld is a store with a customer of each model and a job, and a key
// of each narrow kind.
type scopeWorld struct {
	*rig
	config api.Config
	keys   []scopedKey
}

type scopedKey struct {
	auth.Key
	secret string
}

func newScopeWorld(t *testing.T) *scopeWorld {
	w := &scopeWorld{}
	w.rig = newRig(t, func(c *api.Config) {
		var err error
		if c.Surfaces, err = api.Surfaces(c.Models, nil); err != nil {
			t.Fatal(err)
		}
		w.config = *c
	})
	for i, list := range narrow {
		scopes, err := auth.ParseScopes(list)
		if err != nil {
			t.Fatal(err)
		}
		secret := w.key(fmt.Sprint("narrow", i), "main", scopes...)
		w.keys = append(w.keys, scopedKey{auth.Key{Name: fmt.Sprint("narrow", i), Scopes: scopes}, secret})
	}
	changed := map[string]job.Change{"firstName": {From: json.RawMessage(`"` + canary + `"`), To: json.RawMessage(`"x"`)}}
	w.store.preview.Sample = []job.PreviewItem{{ID: model.StringID("1"), Changed: changed}}
	w.store.onSubmit = func(j *job.Job) {
		j.State = job.Succeeded
		w.store.results[j.ID] = []job.Result{{ID: model.StringID("1"), Outcome: job.Updated, Changed: changed}}
	}
	return w
}

// calls lists the calls that differ: natively those of one model, and each
// vendor's without the slash at its end.
func (w *scopeWorld) calls() []api.Call {
	var calls []api.Call
	for _, c := range api.Calls(w.config.Models, w.config.Surfaces) {
		native := c.Vendor == "" && strings.Count(c.Path, "/") > 2
		ofOther := native && !strings.HasPrefix(c.Path, "/v1/desk/") && (strings.Contains(c.Path, "/customers") || strings.HasSuffix(c.Path, "port") || strings.Contains(c.Path, "/files"))
		if !open(c) && !ofOther && !strings.HasSuffix(c.Path, "{$}") {
			calls = append(calls, c)
		}
	}
	return calls
}

// reset brings back what calls change: a customer of each model and a job that
// was a preview, both with the canary.
func (w *scopeWorld) reset() {
	for _, m := range w.config.Models.All() {
		values := make([]any, len(m.Fields))
		for _, f := range m.Fields {
			if f.Role == model.RoleNone && f.Type == model.String && f.Choices == nil {
				values[f.Index] = canary
			}
		}
		values[m.Role(model.RoleID).Index], values[m.Role(model.RoleVersion).Index] = int64(1), int64(1)
		if m.Role(model.RoleID).Type == model.String {
			values[m.Role(model.RoleID).Index] = "1"
		}
		complete(m, values, w.clock.now())
		w.store.records[table(w.main, m)] = map[string]model.Record{"1": {RID: 1, Values: values}}
	}
	w.store.files = []keptFile{{
		File:      job.File{ID: "file1", Name: "list.csv", Model: "desk", Format: "csv", Columns: []string{"id", "firstName"}, Rows: 1},
		workspace: "main", rows: []modeltable.FileRow{{Line: 2, ToLine: 2, Cells: []modeltable.Cell{{Text: "1"}, {Text: canary}}}},
	}}
	now, one := w.clock.now(), int64(1)
	w.store.jobs["job"] = job.Job{
		ID: "job", Kind: job.PreviewKind, Model: "desk", Workspace: "main", State: job.Succeeded, Matched: &one, FinishedAt: &now,
		CreatedAt: now, ExpiresAt: now.AddDate(1, 0, 0), CreatedBy: "key:ops",
		Preview: &job.Preview{Matched: 1, WouldChange: 1, Sample: w.store.preview.Sample},
	}
	met := job.Conflict{Fields: map[string]job.FieldConflict{"firstName": {Now: w.store.preview.Sample[0].Changed["firstName"].From}}}
	w.store.results["job"] = []job.Result{
		{ID: model.StringID("1"), Outcome: job.Updated, Changed: w.store.preview.Sample[0].Changed},
		{ID: model.StringID("2"), Outcome: job.Conflicted, Conflict: &met},
	}
}

// try makes a call one way with one key.
func (w *scopeWorld) try(t *testing.T, c api.Call, way apitest.Example, key scopedKey) {
	t.Helper()
	w.reset()
	path := strings.NewReplacer("{id}", "1", "{job}", "job", "{file}", "file1", "{key}", "99", "{name}", "desk", "{workspace}", "main").Replace(c.Path)
	a := w.as(key.secret, c.Method, path+"?"+way.Query, way.Body, way.Header...)
	at := fmt.Sprintf("%s %s?%s with %s: %d %.300s", c.Method, c.Path, way.Query, auth.JoinScopes(key.Scopes), a.StatusCode, a.text)
	wanted, _ := auth.ParseScopes(way.Scopes)
	allowed := true
	for _, s := range wanted {
		allowed = allowed && key.Has(s)
	}
	if allowed == (a.StatusCode == http.StatusForbidden) || a.StatusCode == http.StatusUnauthorized || a.StatusCode >= 500 {
		t.Errorf("it takes %q: %s", way.Scopes, at)
	}
	if ofJob := strings.Contains(c.Path, "{job}"); ofJob && way.Scopes == "" && (a.StatusCode == http.StatusOK) != key.Has(auth.JobsRead) {
		t.Errorf("it needs to see the job: %s", at)
	}
	switch shown := strings.Contains(a.text, canary); {
	case shown && !key.Has(auth.CustomersRead):
		t.Errorf("it shows a customer's value: %s", at)
	case !shown && way.Shows && key.Has(auth.Admin):
		t.Errorf("it shows nothing that is to be hidden from others: %s", at)
	}
	for _, s := range wanted {
		if !allowed && c.Vendor == "" && !strings.Contains(a.text, string(s)) {
			t.Errorf("it does not name %s: %s", s, at)
		}
	}
}

// TestWithoutCustomersReadAnswersHaveNoValues holds what a key sees that may
// not read customers against the contract's words.
func TestWithoutCustomersReadAnswersHaveNoValues(t *testing.T) {
	w := newScopeWorld(t)
	w.reset()
	writer := w.keys[1].secret
	created := w.as(writer, "POST", "/v1/desk/customers", `{"firstName":"Bo"}`).want(201)
	if created.text != `{"id":2,"version":1}`+"\n" || created.Header.Get("ETag") != `"1"` {
		t.Errorf("a created record: %s", created.text)
	}
	single := w.as(writer, "PATCH", "/v1/desk/customers/1", leadPatch, "Prefer", "wait=5").want(200)
	single.header("Preference-Applied", "wait=5")
	if single.json()["kind"] != "single" || single.json()["state"] != "succeeded" {
		t.Errorf("a single that was waited for: %s", single.text)
	}
	results := w.as(writer, "GET", single.Header.Get("Location")+"/results", "").want(200)
	if !strings.Contains(results.text, `"outcome":"updated","changed":null`) {
		t.Errorf("results: %s", results.text)
	}
	preview := w.as(writer, "PATCH", "/v1/desk/customers?dryRun=true&"+active, leadPatch).want(200).json()
	sample, _ := json.Marshal(preview["sample"])
	if !strings.Contains(string(sample), `"changed":null`) || preview["matched"] != 3.0 {
		t.Errorf("a preview: %v", preview)
	}
}

// TestPreviewsOfFollowingJobsHaveNoValues reads a job that carries the preview
// of an undo, and one with that of a retry, which no token confirms.
func TestPreviewsOfFollowingJobsHaveNoValues(t *testing.T) {
	w := newScopeWorld(t)
	w.reset()
	met := job.Conflict{Fields: map[string]job.FieldConflict{"firstName": {Now: w.store.preview.Sample[0].Changed["firstName"].From}}}
	of := w.store.jobs["job"]
	for name, j := range map[string]job.Job{
		"of a retry": {Preview: &job.Preview{Sample: w.store.preview.Sample}},
		"of an undo": {UndoPreview: &job.UndoPreview{Sample: w.store.preview.Sample, Conflicts: []job.PreviewConflict{{ID: model.StringID("1"), Conflict: met}}}},
	} {
		preview, undo := j.Preview, j.UndoPreview
		j = of
		j.ID, j.Preview, j.UndoPreview = "following", preview, undo
		w.store.jobs[j.ID], w.store.order = j, []string{j.ID}
		for _, path := range []string{"/v1/jobs/following", "/v1/jobs/following/events", "/v1/jobs"} {
			if a := w.as(w.keys[2].secret, "GET", path, "").want(200); strings.Contains(a.text, canary) {
				t.Errorf("%s %s: %s", path, name, a.text)
			}
			if a := w.call("GET", path, "").want(200); !strings.Contains(a.text, canary) {
				t.Errorf("%s %s: an admin sees %s", path, name, a.text)
			}
		}
	}
}

// TestKeysAreAskedFor makes every call without a key and with a wrong one.
func TestKeysAreAskedFor(t *testing.T) {
	w := newScopeWorld(t)
	for _, c := range w.calls() {
		path := strings.NewReplacer("{", "", "}", "").Replace(c.Path)
		for _, key := range []string{"", "wrong"} {
			if a := w.as(key, c.Method, path, ""); a.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s %s with the key %q: %d", c.Method, c.Path, key, a.StatusCode)
			}
		}
	}
}
