package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

func TestEveryCallStatesWhatItIs(t *testing.T) {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	costs := []api.Cost{api.Cheap, api.Paged, api.Expensive, api.Streamed}
	for _, c := range api.Calls(model.Shipped(), surfaces) {
		name := c.Method + " " + c.Path
		if c.Effect != api.Reads && c.Effect != api.Changes || !slices.Contains(costs, c.Cost) {
			t.Errorf("%s: effect %q, cost %q", name, c.Effect, c.Cost)
		}
		if c.Effect == api.Changes && (c.Keyless || len(c.Scopes) == 0) && c.Path != dashboard.SignInPath && c.Path != dashboard.SignOutPath {
			t.Errorf("%s changes something and asks for no scope", name)
		}
		if (c.Method == "PATCH" || c.Method == "PUT") && len(c.Request.Types) == 0 {
			t.Errorf("%s says nothing of its body", name)
		}
		if len(c.Answer.Types) == 0 && c.Method != "DELETE" {
			t.Errorf("%s says nothing of its answer", name)
		}
		for _, body := range []api.Content{c.Request, c.Answer} {
			if slices.Contains(body.Types, web.TypeJSON) && body.JSON == nil && c.Vendor == "" {
				t.Errorf("%s has JSON without a type", name)
			}
			if _, err := json.Marshal(body.JSON); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		statesItsParameters(t, name, c)
	}
}

// statesItsParameters checks the parameters of a call.
func statesItsParameters(t *testing.T, name string, c api.Call) {
	t.Helper()
	known := map[string]bool{}
	for _, p := range c.Params {
		if p.Name == "" || p.Type == "" || !strings.HasSuffix(p.Description, ".") || known[p.In+p.Name] {
			t.Errorf("%s: parameter %+v", name, p)
		}
		known[p.In+p.Name] = true
	}
	for segment := range strings.SplitSeq(c.Path, "/") {
		at, rest, ok := strings.Cut(strings.TrimPrefix(segment, "{"), "}")
		if ok && at != "$" && !known[api.InPath+at] {
			t.Errorf("%s does not say what {%s} is (%s)", name, at, rest)
		}
	}
}

// TestCallsTakeTheParametersThatTheyState sends every query parameter that any
// call has to each call, twice over: one that the call reads is refused for
// that, any other is unknown.
func TestCallsTakeTheParametersThatTheyState(t *testing.T) {
	r := newRig(t)
	id := r.job()
	r.store.changeUnseen(id, func(j *job.Job) { j.State = job.Succeeded })
	customer := strings.TrimPrefix(r.customer(`{"firstName": "Ana"}`), "/v1/desk/customers/")
	var others []string // models, whose calls are as those of desk
	for _, m := range model.Shipped().All() {
		if m.Name != "desk" {
			others = append(others, m.Name)
		}
	}
	calls := api.Calls(model.Shipped(), nil)
	names := map[string]bool{"unheardOf": true}
	for _, c := range calls {
		for _, name := range queryOf(c) {
			names[name] = true
		}
	}
	for _, c := range calls {
		if c.Keyless || c.Page || slices.Contains(others, strings.Split(c.Path, "/")[2]) {
			continue // open calls and pages ignore the query
		}
		path := strings.NewReplacer("{id}", customer, "{job}", id, "{name}", "desk", "{key}", "1").Replace(c.Path)
		for name := range names {
			want := "unknown_parameter"
			if slices.Contains(queryOf(c), name) {
				want = "repeated_parameter"
			}
			a := r.call(c.Method, path+"?"+name+"=1&"+name+"=1", "{}").want(400)
			if !strings.Contains(a.text, `{"pointer":"?`+name+`","code":"`+want+`"`) {
				t.Errorf("%s %s with %s: %s", c.Method, c.Path, name, a.text)
			}
		}
	}
}

// TestVendorsCallsRefuseWhatTheySay sends each query parameter that a call of
// Desk states to it, and looks for the reason with which the call says that it
// refuses it.
func TestVendorsCallsRefuseWhatTheySay(t *testing.T) {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	customer := strings.TrimPrefix(r.customer(`{"firstName": "Ana"}`), "/v1/desk/customers/")
	checked := 0
	for _, c := range api.Calls(model.Shipped(), surfaces) {
		if c.Vendor != "desk" || c.Effect != api.Changes {
			continue
		}
		path := strings.NewReplacer("{id}", customer, "/{$}", "").Replace(c.Path)
		for _, p := range c.Params {
			if p.In != api.InQuery {
				continue
			}
			a := r.call(c.Method, path+"?"+p.Name+"=1&filter=%7B%7D", "{}", "Prefer", "respond-async")
			checked++
			if p.Refused != "" && (a.StatusCode != 400 || !strings.Contains(a.text, p.Refused)) {
				t.Errorf("%s %s takes %s: %s", c.Method, c.Path, p.Name, a.text)
			}
			if p.Refused == "" && strings.Contains(a.text, "This option is for") {
				t.Errorf("%s %s refuses %s: %s", c.Method, c.Path, p.Name, a.text)
			}
		}
	}
	if checked == 0 {
		t.Error("no call has a parameter")
	}
}

// queryOf lists the query parameters of a call.
func queryOf(c api.Call) []string {
	var names []string
	for _, p := range c.Params {
		if p.In == api.InQuery {
			names = append(names, p.Name)
		}
	}
	return names
}
