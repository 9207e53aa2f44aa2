package webhook

import (
	"context"
	"net/http"
	"strconv"

	"bulkpatch/job"
	"bulkpatch/trace"
)

// beginTrace begins the trace of an attempt, with a link to the call that made the job.
func (s *Sender) beginTrace(ctx context.Context, w job.WebhookRef) (context.Context, trace.Span) {
	ctx, span := s.Tracer.Task(ctx, "process webhook", w.Trace)
	span.Text(trace.Job, w.JobID)
	return ctx, span
}

// post sends a body once, in a span that waits for the receiver. The span says neither
// the URL nor the host: they are the customer's.
func (s *Sender) post(ctx context.Context, d job.Dispatch, secrets []string) answer {
	ctx, span := trace.StartClient(ctx, "send")
	defer span.End()
	got := s.Allow.post(ctx, d, secrets)
	span.Text(trace.HTTPMethod, http.MethodPost)
	if got.status == 0 {
		span.Fail("no_answer")
		return got
	}
	span.Number(trace.HTTPStatus, int64(got.status))
	if got.failure != "" {
		span.Fail(strconv.Itoa(got.status))
	}
	return got
}
