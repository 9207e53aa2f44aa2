package worker

import (
	"context"
	"errors"
	"time"

	"bulkpatch/job"
	"bulkpatch/trace"
)

// A traced is a store whose steps of a task are spans. Outside of a task that is
// recorded it is the store alone.
type traced struct{ Store }

// beginTask begins the trace of a task, with a link to the call that made its job.
func (w *Worker) beginTask(ctx context.Context, queue string, wakeUp job.WakeUp) (context.Context, trace.Span) {
	name := "process bulk"
	if wakeUp.Single {
		name = "process single"
	}
	ctx, span := w.tracer.Task(ctx, name, wakeUp.Trace)
	span.Text(trace.QueueSystem, "asynq")
	span.Text(trace.QueueDoes, "process")
	span.Text(trace.Queue, queue)
	return ctx, span
}

// reasons are why a step may not do all that it was asked for, with the words by which
// spans name them. What is not listed is a fault.
var reasons = []struct {
	err   error
	word  string
	fault bool
}{
	{job.ErrStorageFull, "storage_full", true},
	{job.ErrUnavailable, "unavailable", true},
	{job.ErrLeaseLost, "lease_lost", false},
	{job.ErrStopped, "stopped", false},
	{job.ErrBraked, "braked", false},
	{job.ErrOtherModel, "other_model", false},
	{job.ErrResolvingFull, "resolving_full", false},
	{job.ErrRefused, "smaller_chunk", false},
	{context.Canceled, "shutdown", false},
}

// noteError says in a span why a step, or a task, did not do all that it was asked for.
// The text of the error may quote customers' values, so only the log has it.
func noteError(s trace.Span, err error) {
	if !s.On() || err == nil {
		return
	}
	for _, r := range reasons {
		switch {
		case !errors.Is(err, r.err):
			continue
		case r.fault:
			s.Fail(r.word)
		default:
			s.Text(trace.Result, r.word)
		}
		return
	}
	s.Fail("other")
}

// endStep ends the span of a step.
func endStep(s trace.Span, err error) {
	noteError(s, err)
	s.End()
}

// step makes a span of what do does. result is why it is done, "" for no reason.
func step(ctx context.Context, name, result string, do func(context.Context) error) error {
	ctx, span := trace.Start(ctx, name)
	span.Text(trace.Result, result)
	err := do(ctx)
	endStep(span, err)
	return err
}

// Claim is a step. The task's own span says from then on which job it is.
func (t traced) Claim(ctx context.Context, wakeUp job.WakeUp) (job.Lease, error) {
	task := trace.Of(ctx)
	ctx, span := trace.Start(ctx, "claim")
	l, err := t.Store.Claim(ctx, wakeUp)
	if task.On() && err == nil {
		task.Text(trace.Job, l.JobID)
		task.Text(trace.Kind, string(l.Kind))
		task.Text(trace.Model, l.Model.Name)
		task.Text(trace.Workspace, l.Owner.Name)
		task.Number(trace.Shard, l.Shard)
		task.Number(trace.Epoch, l.Epoch)
	}
	endStep(span, err)
	return l, err
}

// Resolve is a step.
func (t traced) Resolve(ctx context.Context, l job.Lease) (ended bool, err error) {
	err = step(ctx, "resolve", "", func(ctx context.Context) error {
		ended, err = t.Store.Resolve(ctx, l)
		return err
	})
	return ended, err
}

// Chunks makes each chunk a step.
func (t traced) Chunks(l job.Lease) job.Chunks { return tracedChunks{t.Store.Chunks(l)} }

type tracedChunks struct{ job.Chunks }

// Next is a step. It allocates nothing of its own outside of a task that is recorded.
func (c tracedChunks) Next(ctx context.Context, limit int) (job.Step, error) {
	ctx, span := trace.Start(ctx, "chunk")
	did, err := c.Chunks.Next(ctx, limit)
	span.Number(trace.Records, did.N)
	endStep(span, err)
	return did, err
}

// Yield is a step.
func (t traced) Yield(ctx context.Context, l job.Lease, after time.Duration, reason string) error {
	return step(ctx, "yield", reason, func(ctx context.Context) error { return t.Store.Yield(ctx, l, after, reason) })
}

// PutBack is a step.
func (t traced) PutBack(ctx context.Context, wakeUp job.WakeUp, reason string) error {
	return step(ctx, "put back", reason, func(ctx context.Context) error { return t.Store.PutBack(ctx, wakeUp, reason) })
}

// Finish is a step.
func (t traced) Finish(ctx context.Context, ref job.Ref) error {
	return step(ctx, "finish", "", func(ctx context.Context) error { return t.Store.Finish(ctx, ref) })
}

// Settle is a step.
func (t traced) Settle(ctx context.Context, ref job.Ref) error {
	return step(ctx, "settle", "", func(ctx context.Context) error { return t.Store.Settle(ctx, ref) })
}

// Fail is a step.
func (t traced) Fail(ctx context.Context, ref job.Ref, why job.Error) error {
	return step(ctx, "fail", why.Code, func(ctx context.Context) error { return t.Store.Fail(ctx, ref, why) })
}
