package trace_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"bulkpatch/trace"
)

// record returns a tracer and what it has recorded.
func record(s sdk.Sampler) (*trace.Tracer, *tracetest.SpanRecorder) {
	spans := tracetest.NewSpanRecorder()
	return trace.New(sdk.NewTracerProvider(sdk.WithSampler(s), sdk.WithSpanProcessor(spans))), spans
}

// A caller's span, as the header traceparent names it.
const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callers      = "00-" + callersTrace + "-00f067aa0ba902b7-01"
)

func TestACallBelongsToTheTraceThatItsHeadersName(t *testing.T) {
	tests := map[string]struct {
		header string
		joins  bool
	}{
		"a caller's trace":   {callers, true},
		"no header":          {"", false},
		"no valid header":    {"00-xyz-01", false},
		"a trace of zeros":   {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
		"a text of megabyte": {strings.Repeat("0", 1<<20), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tracer, spans := record(sdk.AlwaysSample())
			ctx, span := tracer.Call(t.Context(), "GET", http.Header{"Traceparent": {tt.header}})
			span.End()
			got := spans.Ended()[0]
			if joins := got.SpanContext().TraceID().String() == callersTrace; joins != tt.joins || got.Parent().IsValid() != tt.joins {
				t.Errorf("the span has the trace %s and the parent %v", got.SpanContext().TraceID(), got.Parent())
			}
			if want := "00-" + got.SpanContext().TraceID().String() + "-" + got.SpanContext().SpanID().String() + "-01"; trace.Parent(ctx) != want {
				t.Errorf("it is named %s, not %s", trace.Parent(ctx), want)
			}
		})
	}
}

func TestATaskIsATraceOfItsOwnThatLinksToItsCall(t *testing.T) {
	for name, tt := range map[string]struct {
		accepted string
		links    int
	}{"of a call": {callers, 1}, "of an unknown call": {"", 0}, "of what is no call": {"abc", 0}} {
		t.Run(name, func(t *testing.T) {
			tracer, spans := record(sdk.AlwaysSample())
			outer, _ := tracer.Call(t.Context(), "GET", http.Header{})
			ctx, span := tracer.Task(outer, "process bulk", tt.accepted)
			_, part := trace.Start(ctx, "claim")
			part.End()
			span.End()
			ended := spans.Ended()
			claim, task := ended[0], ended[1]
			if task.Parent().IsValid() || len(task.Links()) != tt.links || trace.Parent(outer) == trace.Parent(ctx) {
				t.Errorf("the task has the parent %v and the links %v", task.Parent(), task.Links())
			}
			if tt.links > 0 && task.Links()[0].SpanContext.TraceID().String() != callersTrace {
				t.Errorf("it links to %v", task.Links()[0].SpanContext)
			}
			if claim.Parent().SpanID() != task.SpanContext().SpanID() {
				t.Errorf("its part has the parent %v", claim.Parent())
			}
		})
	}
}

// TestNothingIsRecordedAndNothingAllocatedWithoutTraces also holds for a call that is
// not sampled.
func TestNothingIsRecordedAndNothingAllocatedWithoutTraces(t *testing.T) {
	var off *trace.Tracer
	unsampled, spans := record(sdk.NeverSample())
	without, _ := off.Call(t.Context(), "GET", http.Header{})
	with, _ := unsampled.Call(t.Context(), "GET", http.Header{})
	if trace.Parent(without) != "" || !strings.HasSuffix(trace.Parent(with), "-00") {
		t.Errorf("the spans are named %q and %q", trace.Parent(without), trace.Parent(with))
	}
	for _, ctx := range []context.Context{without, with} {
		allocated := testing.AllocsPerRun(100, func() {
			within, span := trace.StartClient(ctx, "transaction")
			span.Number(trace.Records, 7)
			span.Text(trace.Job, "0193")
			span.Event("began")
			span.Fail("unavailable")
			_, part := trace.Start(span.Within(within), "read")
			part.End()
			span.End()
		})
		if allocated != 0 {
			t.Errorf("%v allocations", allocated)
		}
	}
	if n := len(spans.Started()); n != 0 {
		t.Errorf("%d spans are recorded", n)
	}
}

func TestLinesWithinASpanHaveItsIDs(t *testing.T) {
	var out bytes.Buffer
	tracer, _ := record(sdk.NeverSample())
	log := slog.New(trace.LogHandler(slog.NewTextHandler(&out, nil))).With("job", "0193")
	log.Info("outside")
	ctx, _ := tracer.Call(t.Context(), "GET", http.Header{"Traceparent": {callers}})
	log.InfoContext(ctx, "inside")
	lines := strings.Split(out.String(), "\n")
	span := strings.Split(trace.Parent(ctx), "-")[2]
	if strings.Contains(lines[0], "_id") || !strings.HasSuffix(lines[1], `msg=inside job=0193 trace_id=`+callersTrace+` span_id=`+span) {
		t.Errorf("the log says %q", lines)
	}
}
