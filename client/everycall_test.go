package client_test

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/client"
	"bulkpatch/model"
)

// without says what of a call no method sends or returns, and what to do instead.
var without = map[string]string{
	"secret":           "CreateKey, RotateKey and RotateWebhookSecret return it by itself",
	"count":            "Count",
	"GET /healthz":     "Health, which has no error",
	"Prefer":           "Wait waits for the end of a job; UpdateRecord and SubmitPreview have a preference",
	"PATCH ?dryRun":    "PreviewSubmission, by POST /v1/jobs",
	"PATCH {id} query": "Submit with an id, whose options are in the body",
}

// TestTheClientHasEveryCallOfTheAPI calls each method of the client. Together they must
// make each native call with each of its parameters and members of its body, and return
// each member of its answer.
func TestTheClientHasEveryCallOfTheAPI(t *testing.T) {
	s := &everything{calls: map[string]api.Call{}, sent: map[string]map[string]bool{}, got: map[string]map[string]bool{}}
	server := httptest.NewServer(s.routes())
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, "key")
	if err != nil {
		t.Fatal(err)
	}
	methods := reflect.ValueOf(c)
	for i := range methods.NumMethod() {
		s.exercise(t, methods.Type().Method(i).Name, methods.Method(i))
	}
	if s.unknown != "" {
		t.Errorf("a method calls %s, which the API does not have", s.unknown)
	}
	for _, name := range slices.Sorted(maps.Keys(s.calls)) {
		s.check(t, name, s.calls[name])
	}
}

// everything is a server that answers each call with whatever it may have.
type everything struct {
	calls   map[string]api.Call        // by their patterns
	sent    map[string]map[string]bool // by pattern, what was sent
	got     map[string]map[string]bool // by pattern, what methods have returned
	last    string                     // pattern of the last call
	unknown string                     // a call that the API does not have
}

// routes returns the handler, with the calls for desk in place of those for each model.
func (s *everything) routes() http.Handler {
	mux := http.NewServeMux()
	for _, c := range api.Calls(model.Shipped(), nil) {
		segment := strings.Split(c.Path, "/")[2:]
		other := len(segment) > 0 && segment[0] != "desk" && slices.ContainsFunc(model.Shipped().All(), func(m *model.Model) bool { return m.Name == segment[0] })
		programs := strings.HasPrefix(c.Path, "/v1/") || c.Path == "/healthz" || c.Path == "/readyz"
		if !programs || other {
			continue // the rest is for browsers and monitoring
		}
		name := c.Method + " " + c.Path
		s.calls[name] = c
		mux.HandleFunc(name, func(w http.ResponseWriter, r *http.Request) { s.answer(name, w, r) })
	}
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { s.unknown = r.Method + " " + r.URL.Path })
	return mux
}

// answer notes what was sent, and answers in the form that the caller accepts.
func (s *everything) answer(name string, w http.ResponseWriter, r *http.Request) {
	s.last = name
	if s.sent[name] == nil {
		s.sent[name], s.got[name] = map[string]bool{}, map[string]bool{}
	}
	for parameter := range r.URL.Query() {
		s.sent[name]["?"+parameter] = true
	}
	for header := range r.Header {
		s.sent[name][http.CanonicalHeaderKey(header)] = true
	}
	body, _ := io.ReadAll(r.Body)
	var members any
	if json.Unmarshal(body, &members) == nil {
		namesIn(s.sent[name], "", members)
	}
	sample := sampleOf(s.calls[name].Answer.JSON)
	accept, _, _ := strings.Cut(cmp.Or(r.Header.Get("Accept"), "application/json"), ",")
	if accept != "application/json" {
		if page, ok := sample.(map[string]any); ok && page["items"] != nil {
			sample = page["items"].([]any)[0]
		}
	}
	text, _ := json.Marshal(sample)
	if accept == "text/event-stream" {
		text = []byte("data: " + string(text) + "\n\n")
	}
	w.Header().Set("Content-Type", accept)
	w.Write(text)
}

// exercise calls a method with whatever it takes.
func (s *everything) exercise(t *testing.T, name string, method reflect.Value) {
	t.Helper()
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		args = append(args, argument(t, method.Type().In(i)))
	}
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	for _, result := range call(args) {
		for _, v := range s.read(result) {
			switch v := v.(type) {
			case error:
				t.Errorf("%s: %v", name, v)
			case io.ReadCloser:
				v.Close()
			default:
				text, err := json.Marshal(v)
				var members any
				if err != nil || json.Unmarshal(text, &members) != nil {
					t.Fatalf("%s returns %v, %v", name, v, err)
				}
				namesIn(s.got[s.last], "", members)
			}
		}
	}
}

// read returns a result, or the first item of one that is an iterator.
func (s *everything) read(result reflect.Value) []any {
	if result.Kind() != reflect.Func {
		return []any{result.Interface()}
	}
	var first []any
	yield := reflect.MakeFunc(result.Type().In(0), func(item []reflect.Value) []reflect.Value {
		first = []any{item[0].Interface(), item[1].Interface()}
		return []reflect.Value{reflect.ValueOf(false)}
	})
	result.Call([]reflect.Value{yield})
	return first
}

// check compares what a call has with what was sent and returned.
func (s *everything) check(t *testing.T, name string, c api.Call) {
	t.Helper()
	if s.sent[name] == nil {
		t.Errorf("no method calls %s", name)
		return
	}
	want := map[string]bool{}
	for _, p := range c.Params {
		switch {
		case p.In == api.InQuery && p.Refused == "":
			want["?"+p.Name] = true
		case p.In == api.InHeader:
			want[http.CanonicalHeaderKey(p.Name)] = true
		}
	}
	namesIn(want, "", sampleOf(c.Request.JSON))
	one := c.Method == http.MethodPatch && strings.HasSuffix(c.Path, "/{id}")
	for missing := range want {
		instead := without[missing] + without[c.Method+" "+missing]
		if one && strings.HasPrefix(missing, "?") {
			instead = without["PATCH {id} query"]
		}
		if !s.sent[name][missing] && instead == "" {
			t.Errorf("%s: no method sends %s", name, missing)
		}
	}
	got := map[string]bool{}
	namesIn(got, "", sampleOf(c.Answer.JSON))
	for missing := range got {
		if !s.got[name][missing] && without[missing]+without[name] == "" {
			t.Errorf("%s: no method returns %s", name, missing)
		}
	}
}
