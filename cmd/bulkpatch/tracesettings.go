package main

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// traceFlags say where traces are sent to. OpenTelemetry has a variable for it, too.
type traceFlags struct {
	TraceEndpoint string `env:"BULKPATCH_TRACE_ENDPOINT,OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,OTEL_EXPORTER_OTLP_ENDPOINT" placeholder:"URL" help:"Send traces to this OpenTelemetry collector, by OTLP over HTTP, such as http://127.0.0.1:4318; /v1/traces is added. OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS and OTEL_SDK_DISABLED mean what OpenTelemetry says. Without it there are no traces."`
}

// traceSettings are how traces are sent. The zero value is off.
type traceSettings struct {
	url     string // "" for no traces
	headers http.Header
	sampler sdk.Sampler
}

// tracesPath is where a collector takes traces.
const tracesPath = "/v1/traces"

// traces reads where traces are sent to, and the variables of OpenTelemetry. These are
// only read when there are traces: they may be meant for other programs.
func (r *reader) traces(f traceFlags) {
	off, _ := strconv.ParseBool(os.Getenv("OTEL_SDK_DISABLED"))
	if f.TraceEndpoint == "" || off || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return
	}
	r.s.traces = traceSettings{url: r.traceURL(f.TraceEndpoint), headers: r.traceHeaders(), sampler: r.sampler()}
	if !r.line.typed("trace-endpoint") && strings.HasPrefix(r.line.variable("trace-endpoint"), "OTEL_") {
		if name, protocol := oneVariable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
			r.faults = append(r.faults, name+" must be http/protobuf: traces are sent over HTTP. Give --trace-endpoint to ignore it, or OTEL_SDK_DISABLED=true for no traces")
		}
	}
}

// oneVariable returns the first of some environment variables that is set, with its
// value.
func oneVariable(names ...string) (name, value string) {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// traceURL is the address to which traces are sent. A user, a query or a fragment could
// hold a secret, and would end up in error messages.
func (r *reader) traceURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.fault("--trace-endpoint", "must look like http://HOST:PORT, without user, query or fragment; headers for it go into OTEL_EXPORTER_OTLP_HEADERS")
		return ""
	}
	whole := !r.line.typed("trace-endpoint") && r.line.variable("trace-endpoint") == "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	if !whole && !strings.HasSuffix(strings.TrimRight(u.Path, "/"), tracesPath) {
		u = u.JoinPath(tracesPath)
	}
	return u.String()
}

// traceHeaders reads the headers with which traces are sent, such as a key:
// name=value pairs with commas between them, each value escaped as in a URL.
func (r *reader) traceHeaders() http.Header {
	headers := http.Header{}
	name, list := oneVariable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
	for pair := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		text, err := url.PathUnescape(strings.TrimSpace(value))
		switch key = strings.TrimSpace(key); {
		case key == "" && !ok:
		case err != nil || !ok || key == "" || strings.ContainsAny(key+text, "\r\n"):
			r.faults = append(r.faults, name+" must look like name=value,name=value, with values escaped as in a URL")
			return nil
		default:
			headers.Set(key, text)
		}
	}
	return headers
}

// sampler reads which traces are kept: OTEL_TRACES_SAMPLER and its argument. The default
// is to do as the caller does, and to keep those that begin here.
func (r *reader) sampler() sdk.Sampler {
	part := 1.0
	if text := os.Getenv("OTEL_TRACES_SAMPLER_ARG"); text != "" {
		var err error
		if part, err = strconv.ParseFloat(text, 64); err != nil || !(part >= 0 && part <= 1) {
			r.faults = append(r.faults, "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1")
			return nil
		}
	}
	switch name := os.Getenv("OTEL_TRACES_SAMPLER"); name {
	case "always_on":
		return sdk.AlwaysSample()
	case "always_off":
		return sdk.NeverSample()
	case "traceidratio":
		return sdk.TraceIDRatioBased(part)
	case "", "parentbased_always_on":
		return asTheCall{sdk.AlwaysSample()}.parentBased()
	case "parentbased_always_off":
		return asTheCall{sdk.NeverSample()}.parentBased()
	case "parentbased_traceidratio":
		return asTheCall{sdk.TraceIDRatioBased(part)}.parentBased()
	}
	r.faults = append(r.faults, "OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, or one of these with parentbased_ before it")
	return nil
}

// An asTheCall keeps the trace of a task if that of the call that made its job is
// kept, so that both can be seen or neither. All other traces are left to the sampler.
type asTheCall struct{ sdk.Sampler }

func (s asTheCall) parentBased() sdk.Sampler { return sdk.ParentBased(s) }

// ShouldSample implements [sdk.Sampler].
func (s asTheCall) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	switch {
	case len(p.Links) == 0:
		return s.Sampler.ShouldSample(p)
	case p.Links[0].SpanContext.IsSampled():
		return sdk.AlwaysSample().ShouldSample(p)
	}
	return sdk.NeverSample().ShouldSample(p)
}
