package main

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collected "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// A collector takes traces as an OpenTelemetry collector does.
type collector struct {
	url     string
	mu      sync.Mutex
	spans   []*collected.Span
	service []string // the names of the services that sent them
	text    strings.Builder
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.take(r); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// take reads one request. Its message has the form of TracesData.
func (c *collector) take(r *http.Request) error {
	plain, err := gzip.NewReader(r.Body)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	var sent collected.TracesData
	if err := proto.Unmarshal(body, &sent); err != nil {
		return err
	}
	if r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		return fmt.Errorf("not as OTLP says: %v", r.Header)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(body) // texts stand in it as they are
	for _, from := range sent.ResourceSpans {
		for _, a := range from.Resource.Attributes {
			if a.Key == "service.name" {
				c.service = append(c.service, a.Value.GetStringValue())
			}
		}
		for _, s := range from.ScopeSpans {
			c.spans = append(c.spans, s.Spans...)
		}
	}
	return nil
}

// named returns the spans with a name.
func (c *collector) named(name string) (found []*collected.Span) {
	for _, s := range c.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// one returns the only span with a name.
func (c *collector) one(t *testing.T, name string) *collected.Span {
	t.Helper()
	found := c.named(name)
	if len(found) != 1 {
		var names []string
		for _, s := range c.spans {
			names = append(names, s.Name)
		}
		t.Fatalf("%d spans are named %s: %q", len(found), name, names)
	}
	return found[0]
}

// within returns the names of the spans within one, each once, in alphabetical order.
func (c *collector) within(parent *collected.Span) string {
	var names []string
	for _, s := range c.spans {
		if string(s.ParentSpanId) == string(parent.SpanId) && string(s.TraceId) == string(parent.TraceId) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// spanSays returns what a span says, "" for nothing.
func spanSays(s *collected.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			if text := a.Value.GetStringValue(); text != "" {
				return text
			}
			return fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return ""
}

// linksTo reports whether a span begins a trace and links to another span.
func linksTo(s, to *collected.Span) bool {
	return len(s.ParentSpanId) == 0 && string(s.TraceId) != string(to.TraceId) && len(s.Links) == 1 &&
		string(s.Links[0].TraceId) == string(to.TraceId) && string(s.Links[0].SpanId) == string(to.SpanId)
}

// traced makes a call with a header traceparent, and returns the id of the job that it
// made.
func traced(t *testing.T, p *process, key, traceparent, method, target, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.base+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + key, "Content-Type": "application/json", "traceparent": traceparent} {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return strings.TrimPrefix(resp.Header.Get("Location"), "/v1/jobs/")
}

// The callers of the test: the spans of two calls that are recorded, and of one that is
// not.
const (
	bulkCaller   = "4bf92f3577b34da6a3ce929d0e0e4731"
	singleCaller = "4bf92f3577b34da6a3ce929d0e0e4732"
	unseenCaller = "4bf92f3577b34da6a3ce929d0e0e4733"
	callersSpan  = "00f067aa0ba902b7"
)

func TestTracesFollowAJobThroughTheProcesses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		database string
		run      func(t *testing.T, flags ...string) (api, worker *process)
	}{
		"serve, SQLite": {"sqlite", func(t *testing.T, flags ...string) (api, worker *process) {
			p := start(t, slices.Concat([]string{"serve", "--addr", "127.0.0.1:0", "--db", database(t)}, flags)...)
			return p, p
		}},
		"api and worker, PostgreSQL": {"postgresql", func(t *testing.T, flags ...string) (api, worker *process) {
			flags = append(flags, "--db", pgtest.Database(t), "--redis", redistest.Start(t).URL())
			api = start(t, slices.Concat([]string{"api", "--addr", "127.0.0.1:0"}, flags)...)
			return api, start(t, slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, flags)...)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCollector(t)
			api, worker := tt.run(t, "--trace-endpoint", c.url, "--log-level", "debug")
			key := api.firstKey
			load(t, api.client(t, key), 300)
			bulk := traced(t, api, key, "00-"+bulkCaller+"-"+callersSpan+"-01", "PATCH", `/v1/desk/customers?allowAll=true&filter=%7B%22lastName%22:%7B%22$ne%22:%22Hushhush%22%7D%7D`, `{"extraData": "Topsecret"}`)
			single := traced(t, api, key, "00-"+singleCaller+"-"+callersSpan+"-01", "PATCH", "/v1/desk/customers/7", `{"email": "ana@example.com"}`)
			unseen := traced(t, api, key, "00-"+unseenCaller+"-"+callersSpan+"-00", "PATCH", "/v1/desk/customers/8", `{"extraData": "unseen"}`)
			traced(t, api, key, "", "GET", "/v1/desk/customers/ana@example.com", "")
			for _, id := range []string{bulk, single, unseen} {
				if j := wait(t, api.client(t, key), id); j.State != client.StateSucceeded {
					t.Fatalf("job %s is %s: %+v", id, j.State, j.Error)
				}
			}
			get(t, api.base+"/healthz", "", http.StatusOK)
			for _, p := range []*process{api, worker} { // which sends what is left
				if p.cmd.ProcessState == nil && p.stop(t) != 0 {
					t.Error("a process did not end well")
				}
			}
			call := c.checkCalls(t, bulk, single)
			c.checkTasks(t, call, bulk, tt.database)
			c.checkSecrecy(t, key)
			checkTracedLines(t, api, worker, call, c.named("process bulk"))
		})
	}
}

// checkCalls checks the spans of the calls, and returns those of the bulk update and of
// the update of one record.
func (c *collector) checkCalls(t *testing.T, bulk, single string) (calls [2]*collected.Span) {
	t.Helper()
	calls = [2]*collected.Span{c.one(t, "PATCH /v1/desk/customers"), c.one(t, "PATCH /v1/desk/customers/{id}")}
	for i, want := range []struct{ caller, job, route string }{{bulkCaller, bulk, "/v1/desk/customers"}, {singleCaller, single, "/v1/desk/customers/{id}"}} {
		s := calls[i]
		if hex.EncodeToString(s.TraceId) != want.caller || hex.EncodeToString(s.ParentSpanId) != callersSpan || s.Kind != collected.Span_SPAN_KIND_SERVER {
			t.Errorf("the span is not its caller's: %v", s)
		}
		for key, value := range map[string]string{
			"http.request.method": "PATCH", "http.route": want.route, "http.response.status_code": "202", "url.scheme": "http",
			"bulkpatch.job": want.job, "bulkpatch.workspace": "main",
		} {
			if got := spanSays(s, key); got != value {
				t.Errorf("%s: %s is %q, not %q", s.Name, key, got, value)
			}
		}
		if !strings.Contains(c.within(s), "transaction") {
			t.Errorf("within the span is %s", c.within(s))
		}
	}
	if got := c.one(t, "GET /v1/desk/customers/{id}"); spanSays(got, "http.response.status_code") != "404" || got.Status.GetCode() != collected.Status_STATUS_CODE_UNSET {
		t.Errorf("a call for what does not exist is %v", got)
	}
	if n := len(c.named("GET /healthz")); n != 0 {
		t.Errorf("%d spans of probes", n)
	}
	if !slices.Contains(c.service, "bulkpatch") {
		t.Errorf("they are of the services %q", c.service)
	}
	return calls
}

// checkTasks checks the traces of the tasks.
func (c *collector) checkTasks(t *testing.T, calls [2]*collected.Span, bulk, database string) {
	t.Helper()
	var steps string
	traces := map[string]bool{}
	for _, task := range c.named("process bulk") {
		traces[string(task.TraceId)] = true
		if !linksTo(task, calls[0]) || spanSays(task, "bulkpatch.job") != bulk || task.Kind != collected.Span_SPAN_KIND_CONSUMER {
			t.Errorf("the task is no trace of its own that links to the call: %v", task)
		}
		steps += c.within(task) + " "
	}
	if n := len(c.named("process bulk")); n == 0 || len(traces) != n {
		t.Errorf("%d tasks have %d traces", n, len(traces))
	}
	for _, step := range []string{"claim", "resolve", "chunk", "finish"} {
		if !strings.Contains(steps, step) {
			t.Errorf("the tasks have the steps %s and no %s", steps, step)
		}
	}
	if task := c.one(t, "process single"); !linksTo(task, calls[1]) || c.within(task) != "transaction" {
		t.Errorf("the task of one record has %s: %v", c.within(task), task)
	}
	chunk := c.named("chunk")[0]
	if spanSays(chunk, "bulkpatch.records") == "0" || c.within(chunk) != "transaction" {
		t.Errorf("the first chunk has %s: %v", c.within(chunk), chunk)
	}
	for _, s := range c.named("transaction") {
		if string(s.ParentSpanId) != string(chunk.SpanId) {
			continue
		}
		var events []string
		for _, e := range s.Events {
			events = append(events, e.Name)
		}
		if got := strings.Join(events, ", "); got != "began, locked, read, written, to commit" || spanSays(s, "db.system.name") != database {
			t.Errorf("the transaction of a chunk says %s: %v", got, s)
		}
	}
}

// checkSecrecy searches all that was sent for what the customers, the filter, the patches
// and the paths have, and for the key.
func (c *collector) checkSecrecy(t *testing.T, key string) {
	t.Helper()
	for _, secret := range []string{"Hushhush", "Topsecret", "ana@", "example.com", "lastName", "extraData", key, hexBytes(unseenCaller)} {
		if strings.Contains(c.text.String(), secret) {
			t.Errorf("the traces have %q", secret)
		}
	}
}

// hexBytes returns the bytes of a hexadecimal text.
func hexBytes(text string) string {
	bytes, _ := hex.DecodeString(text)
	return string(bytes)
}

// checkTracedLines checks that log lines have the ids of the spans.
func checkTracedLines(t *testing.T, api, worker *process, calls [2]*collected.Span, tasks []*collected.Span) {
	t.Helper()
	has := func(p *process, line string, s *collected.Span, exact bool) bool {
		ids := " trace_id=" + hex.EncodeToString(s.TraceId)
		if exact {
			ids += " span_id=" + hex.EncodeToString(s.SpanId)
		}
		for text := range strings.Lines(p.logged.String()) {
			if strings.Contains(text, line) && strings.Contains(text, ids) {
				return true
			}
		}
		return false
	}
	if !has(api, `msg=request `, calls[0], true) || !has(api, `msg="job accepted"`, calls[0], false) {
		t.Error("the line of the call, or of its job, has not its ids")
	}
	ofTasks := func(line string) bool {
		return slices.ContainsFunc(tasks, func(s *collected.Span) bool { return has(worker, line, s, false) })
	}
	if !ofTasks(`msg="job started"`) || !ofTasks(`msg="job ended"`) {
		t.Error("a line of the job has no ids of its task")
	}
	if !strings.Contains(api.logged.String(), "trace_id="+unseenCaller) {
		t.Error("a call that is not recorded has no ids in the log")
	}
}
