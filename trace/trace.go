// Package trace makes the spans of traces, with the API of OpenTelemetry, and
// names the trace of a call to those who work on what the call asked for. It owns
// what every span of the program may carry, and the ids in log lines. Where traces
// are sent to, and which are kept, is left to cmd/bulkpatch: without a [Tracer]
// there are no traces, and none of this costs anything.
//
// A span carries names of the program, numbers and ids of jobs. It never carries
// customers' values, filters, secrets, or the text of an error, which may quote
// any of them.
package trace

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// scope names the program as the maker of its spans.
const scope = "bulkpatch"

// A Tracer begins traces. The nil Tracer begins none. It is safe for concurrent use.
type Tracer struct{ otel trace.Tracer }

// New returns a tracer whose spans go to the provider.
func New(p trace.TracerProvider) *Tracer { return &Tracer{p.Tracer(scope)} }

// A Header is the header of an HTTP request.
type Header interface{ Get(name string) string }

// Names of the headers of W3C Trace Context.
const (
	traceparent = "traceparent"
	tracestate  = "tracestate"
)

// Call begins the span of a call that came by HTTP. It belongs to the trace that the
// call's headers name (https://www.w3.org/TR/trace-context/), or begins one. Headers
// that are not valid name none.
func (t *Tracer) Call(ctx context.Context, name string, h Header) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	from := propagation.MapCarrier{traceparent: h.Get(traceparent), tracestate: h.Get(tracestate)}
	ctx = propagation.TraceContext{}.Extract(ctx, from)
	return begun(t.otel.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer)))
}

// Task begins the trace of a task from a queue, with a link to the call that made the
// task's job. accepted is what [Parent] returned there, "" if that is not known.
func (t *Tracer) Task(ctx context.Context, name, accepted string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindConsumer)}
	call := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{traceparent: accepted})
	if at := trace.SpanContextFromContext(call); at.IsValid() {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: at}))
	}
	return begun(t.otel.Start(ctx, name, options...))
}

// Parent returns the value of the header traceparent that names the span of a
// context, with whether it is recorded; "" if there is no span. It has at most 55
// characters.
func Parent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	to := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, to)
	return to[traceparent]
}

// Start begins a span within that of the context. Where that one is not recorded, it
// returns the context as it is and a span that records nothing, without allocating.
func Start(ctx context.Context, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	return begun(parent.TracerProvider().Tracer(scope).Start(ctx, name))
}

// StartClient is Start for a span that waits for a database or a receiver.
func StartClient(ctx context.Context, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	return begun(parent.TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient)))
}

// Of returns the span of a context.
func Of(ctx context.Context) Span {
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		return Span{s}
	}
	return Span{}
}

// begun returns a span with its context.
func begun(ctx context.Context, s trace.Span) (context.Context, Span) {
	if !s.IsRecording() {
		return ctx, Span{} // the ids stay in the context: log lines have them
	}
	return ctx, Span{s}
}

// A Span is a part of a trace. The zero Span records nothing. Its methods do nothing
// after End. It is safe for concurrent use.
type Span struct{ otel trace.Span }

// On reports whether the span is recorded.
func (s Span) On() bool { return s.otel != nil }

// Name gives the span another name.
func (s Span) Name(name string) {
	if s.On() {
		s.otel.SetName(name)
	}
}

// Text sets an attribute. An empty text is not set.
func (s Span) Text(key, value string) {
	if s.On() && value != "" {
		s.otel.SetAttributes(attribute.String(key, value))
	}
}

// Number sets an attribute.
func (s Span) Number(key string, n int64) {
	if s.On() {
		s.otel.SetAttributes(attribute.Int64(key, n))
	}
}

// Event notes that something has happened now.
func (s Span) Event(name string) {
	if s.On() {
		s.otel.AddEvent(name)
	}
}

// Fail says that what the span stands for has failed, and with which kind of fault:
// a word of the program, never the text of an error.
func (s Span) Fail(kind string) {
	if s.On() {
		s.otel.SetStatus(codes.Error, "")
		s.Text(ErrorType, kind)
	}
}

// End ends the span. A second call does nothing.
func (s Span) End() {
	if s.On() {
		s.otel.End()
	}
}

// Within returns a context with the span, for work that goes on under a context of
// its own. It returns the context as it is if nothing is recorded.
func (s Span) Within(ctx context.Context) context.Context {
	if !s.On() {
		return ctx
	}
	return trace.ContextWithSpan(ctx, s.otel)
}
