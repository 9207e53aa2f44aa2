package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// TestACollectorThatIsAwayIsTwoLines also counts the attempts: a fault that may pass is
// tried again, but not while the collector is known to be away.
func TestACollectorThatIsAwayIsTwoLines(t *testing.T) {
	var logged bytes.Buffer
	calls, status, keys := 0, http.StatusServiceUnavailable, map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		keys[r.Header.Get("X-Key")] = true
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	s := newTraceSender(traceSettings{url: server.URL, headers: http.Header{"X-Key": {"secret"}}}, slog.New(slog.NewTextHandler(&logged, nil)))
	for i, tt := range []struct{ status, calls int }{
		{http.StatusServiceUnavailable, sendTries}, {http.StatusServiceUnavailable, 1}, {http.StatusBadRequest, 1}, {http.StatusFound, 1},
		{http.StatusOK, 1}, {http.StatusOK, 1},
	} {
		calls, status = 0, tt.status
		if err := s.UploadTraces(t.Context(), nil); (err == nil) != (tt.status == http.StatusOK) || calls != tt.calls {
			t.Errorf("batch %d: %d calls, %v", i, calls, err)
		}
	}
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[1], "level=INFO") || strings.Contains(logged.String(), "secret") {
		t.Errorf("the log says %q", lines)
	}
	if len(keys) != 1 || !keys["secret"] {
		t.Errorf("the headers are %v", keys)
	}
}

// TestWorkGoesOnWithoutTheCollector runs a job while nobody takes the traces, and stops
// the process.
func TestWorkGoesOnWithoutTheCollector(t *testing.T) {
	t.Parallel()
	nobody := httptest.NewServer(nil)
	nobody.Close()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--trace-endpoint", nobody.URL)
	c := p.client(t, p.firstKey)
	load(t, c, 10)
	single, err := c.SubmitSingle(t.Context(), "desk", "7", map[string]any{"extraData": "seen"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, single.ID), "succeeded", 1)
	if status := p.stop(t); status != 0 {
		t.Errorf("exit status %d after SIGTERM", status)
	}
}

func TestTraceSettingsAreChecked(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		flag string
		url  string // "" for no traces
		want string // the complaint, "" for none
	}{
		"nothing":                  {url: ""},
		"a flag":                   {flag: "http://c:4318", url: "http://c:4318/v1/traces"},
		"a whole address":          {flag: "https://c/otlp/v1/traces", url: "https://c/otlp/v1/traces"},
		"a flag beats a variable":  {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d"}, flag: "http://c", url: "http://c/v1/traces"},
		"OpenTelemetry's variable": {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d/x"}, url: "http://d/x/v1/traces"},
		"that of traces":           {env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://d/x"}, url: "http://d/x"},
		"switched off":             {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d", "OTEL_SDK_DISABLED": "true"}},
		"of metrics only":          {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d", "OTEL_TRACES_EXPORTER": "none"}},
		"a password":               {flag: "http://u:secretword@c", want: "--trace-endpoint must look like http://HOST:PORT"},
		"another scheme":           {env: map[string]string{"BULKPATCH_TRACE_ENDPOINT": "grpc://c"}, want: "BULKPATCH_TRACE_ENDPOINT (--trace-endpoint) must look like"},
		"another protocol":         {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://d", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, want: "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf"},
		"headers":                  {env: map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "secretword"}, flag: "http://c", want: "OTEL_EXPORTER_OTLP_HEADERS must look like name=value"},
		"a sampler":                {env: map[string]string{"OTEL_TRACES_SAMPLER": "some"}, flag: "http://c", want: "OTEL_TRACES_SAMPLER must be"},
		"a share":                  {env: map[string]string{"OTEL_TRACES_SAMPLER_ARG": "2"}, flag: "http://c", want: "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1"},
		"not a number":             {env: map[string]string{"OTEL_TRACES_SAMPLER_ARG": "NaN"}, flag: "http://c", want: "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for variable, value := range tt.env {
				t.Setenv(variable, value)
			}
			args := []string{"serve"}
			if tt.flag != "" {
				args = append(args, "--trace-endpoint", tt.flag)
			}
			parsed, line, err := parse(args, &app{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, func(int) {})
			if err != nil {
				t.Fatal(err)
			}
			r := &reader{line: line}
			r.traces(parsed.Selected().Target.Addr().Interface().(*serveCommand).traceFlags)
			said := strings.Join(r.faults, "\n")
			if tt.want == "" && (said != "" || r.s.traces.url != tt.url) || !strings.HasPrefix(said, tt.want) || strings.Contains(said, "secretword") {
				t.Errorf("the address is %q, the faults are %q", r.s.traces.url, said)
			}
		})
	}
}

func TestHeadersOfTracesAreEscapedAsInAURL(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc, x-team = a%2Cb,")
	r := &reader{line: &commandLine{}}
	headers := r.traceHeaders()
	if len(r.faults) > 0 || headers.Get("Authorization") != "Bearer abc" || headers.Get("X-Team") != "a,b" {
		t.Errorf("the headers are %v, the faults %q", headers, r.faults)
	}
}

// TestTasksAreKeptWithTheCallsOfTheirJobs asks the samplers about the trace of a task:
// one whose job's call was kept, one whose call was not, and one of an unknown call.
func TestTasksAreKeptWithTheCallsOfTheirJobs(t *testing.T) {
	link := func(f trace.TraceFlags) []trace.Link {
		return []trace.Link{{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: [16]byte{1}, SpanID: [8]byte{1}, TraceFlags: f})}}
	}
	for sampler, want := range map[string]string{
		"": "yes no yes", "parentbased_always_off": "yes no no", "always_on": "yes yes yes", "always_off": "no no no",
		"parentbased_traceidratio": "yes no no", "traceidratio": "no no no",
	} {
		t.Setenv("OTEL_TRACES_SAMPLER", sampler)
		t.Setenv("OTEL_TRACES_SAMPLER_ARG", "0")
		s := (&reader{line: &commandLine{}}).sampler()
		var got []string
		for _, links := range [][]trace.Link{link(trace.FlagsSampled), link(0), nil} {
			kept := map[bool]string{true: "yes", false: "no"}
			result := s.ShouldSample(sdk.SamplingParameters{ParentContext: t.Context(), TraceID: [16]byte{2}, Links: links})
			got = append(got, kept[result.Decision == sdk.RecordAndSample])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q keeps %q, not %q", sampler, got, want)
		}
	}
}
