package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/trace"
)

// traceOf handles one wake-up and returns the spans of its task, the task's own last.
func traceOf(t *testing.T, s *fakeStore, wakeUp job.WakeUp) []sdk.ReadOnlySpan {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler), Tracer: trace.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))})
	ctx, span := w.beginTask(t.Context(), "queue", wakeUp)
	w.handleBulk(ctx, wakeUp)
	span.End()
	return spans.Ended()
}

// TestEachStepOfATaskIsASpan lets the store refuse a chunk, and fail the next one with
// an error that quotes a customer.
func TestEachStepOfATaskIsASpan(t *testing.T) {
	s := newFakeStore()
	s.claim = func(r job.WakeUp) (job.Lease, error) {
		return job.Lease{Ref: r.Ref, Epoch: 3, JobID: "0193", Kind: job.Bulk, Model: &model.Model{Name: "desk"}}, nil
	}
	s.resolve = func(context.Context) error { return nil }
	answers := []error{nil, job.ErrRefused, fmt.Errorf("%w: (ana@example.com) exists", job.ErrUnavailable)}
	s.chunk = func(job.Lease, int) (job.Step, error) {
		err := answers[0]
		answers = answers[1:]
		return job.Step{N: 5}, err
	}
	ended := traceOf(t, s, job.WakeUp{Ref: job.Ref{Workspace: 1, Job: 7, Shard: 2}, Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})

	var names []string
	task := ended[len(ended)-1]
	for _, span := range ended {
		names = append(names, span.Name()+told(span))
		if span != task && span.Parent().SpanID() != task.SpanContext().SpanID() {
			t.Errorf("%s is no part of the task", span.Name())
		}
	}
	const want = "claim, resolve, chunk records=5, chunk records=5 result=smaller_chunk, chunk records=5 error.type=unavailable Error, " +
		"yield result=database_unavailable, process bulk job=0193 kind=bulk model=desk shard=2 epoch=3 error.type=unavailable Error"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("the spans are\n%s, not\n%s", got, want)
	}
	if links := task.Links(); len(links) != 1 || links[0].SpanContext.TraceID().String() != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("the task links to %v", links)
	}
}

// told is what a span says, except for the queue.
func told(span sdk.ReadOnlySpan) string {
	var text string
	for _, a := range span.Attributes() {
		if !strings.HasPrefix(string(a.Key), "messaging.") {
			text += " " + strings.TrimPrefix(string(a.Key), "bulkpatch.") + "=" + a.Value.String()
		}
	}
	if span.Status().Code == codes.Error {
		text += " Error" + span.Status().Description
	}
	return text
}

func TestATaskThatFindsNoWorkHasNotFailed(t *testing.T) {
	s := newFakeStore()
	s.claim = func(job.WakeUp) (job.Lease, error) { return job.Lease{}, job.ErrLeaseLost }
	ended := traceOf(t, s, wakeUp(1, 7))
	if got := ended[0].Name() + told(ended[0]) + ", " + ended[1].Name() + told(ended[1]); got != "claim result=lease_lost, process bulk result=lease_lost" {
		t.Errorf("the spans are %s", got)
	}
	s.claim = func(job.WakeUp) (job.Lease, error) { return job.Lease{}, errors.New("ana@example.com") }
	if got := told(traceOf(t, s, wakeUp(1, 7))[0]); got != " error.type=other Error" {
		t.Errorf("an unknown fault is told as%s", got)
	}
}

func TestAChunkAllocatesNothingForTraces(t *testing.T) {
	s := newFakeStore()
	bare, w := s.Chunks(job.Lease{}), traced{s}.Chunks(job.Lease{})
	each := func(c job.Chunks) float64 {
		return testing.AllocsPerRun(100, func() {
			if _, err := c.Next(t.Context(), 1); err != nil {
				t.Error(err)
			}
		})
	}
	if more := each(w) - each(bare); more != 0 {
		t.Errorf("%v allocations more", more)
	}
}
