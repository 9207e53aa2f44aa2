package main

import (
	"context"
	"log/slog"

	"bulkpatch/job"
)

// A jobLog logs and counts the events of jobs. Only the process that committed
// an event logs it, so each event is one line in the logs of all processes
// together. Events of jobs over one record are logged at level debug: there may
// be thousands a second, and each has a log line of its request.
type jobLog struct {
	log     *slog.Logger
	metrics jobMetrics
}

func newJobLog(log *slog.Logger) jobLog { return jobLog{log, newJobMetrics()} }

// note counts one event, which a transaction of the context has committed, and logs
// it if it is a step of a job as a whole.
func (l jobLog) note(ctx context.Context, e job.Event) {
	l.metrics.count(e)
	if !e.Life() {
		return
	}
	level := slog.LevelInfo
	if e.Kind == job.Single {
		level = slog.LevelDebug
	}
	if !l.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("job", e.JobID), slog.String("kind", string(e.Kind)), slog.String("model", e.Model),
		slog.String("workspace", e.Workspace), slog.String("createdBy", e.CreatedBy),
	}
	if e.What == job.EventPaused || e.What == job.EventEnded {
		attrs = append(attrs, slog.String("state", string(e.State)), countsOf(e), slog.Float64("seconds", e.Took.Seconds()))
	}
	if e.Error != "" {
		attrs = append(attrs, slog.String("error", e.Error))
	}
	l.log.LogAttrs(ctx, level, "job "+e.What, attrs...)
}

// countsOf groups the counts under their names in the API. The group is empty
// before the filter is resolved.
func countsOf(e job.Event) slog.Attr {
	if e.Matched == nil {
		return slog.Group("counts")
	}
	return slog.Group("counts", "matched", *e.Matched, "updated", e.Updated, "unchanged", e.Unchanged,
		"skipped", e.Skipped, "conflicted", e.Conflicted, "failed", e.Failed, "pending", *e.Matched-e.Tried())
}
