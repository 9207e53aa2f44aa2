package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
)

// A jobLog logs and counts the events of jobs. Only the process that committed
// an event logs it, so each event is one line in the logs of all processes
// together. Events of jobs over one record are logged at level debug: there may
// be thousands a second, and each has a log line of its request.
type jobLog struct {
	log   *slog.Logger
	ended *prometheus.CounterVec
}

func newJobLog(log *slog.Logger) jobLog {
	return jobLog{log, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "bulkpatch_jobs_ended_total", Help: "Jobs that this process has ended, by kind and final state.",
	}, []string{"kind", "state"})}
}

// note logs and counts one event.
func (l jobLog) note(e job.Event) {
	if e.What == job.EventEnded {
		l.ended.WithLabelValues(string(e.Kind), string(e.State)).Inc()
	}
	level := slog.LevelInfo
	if e.Kind == job.Single {
		level = slog.LevelDebug
	}
	if !l.log.Enabled(context.Background(), level) {
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
	l.log.LogAttrs(context.Background(), level, "job "+e.What, attrs...)
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
