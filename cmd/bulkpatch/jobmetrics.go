package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
)

// jobMetrics counts what this process commits of jobs, by the events that the store
// reports: whichever way a job ends, and whichever way a record gets its outcome, it
// is counted in one place.
type jobMetrics struct {
	accepted, ended, records *prometheus.CounterVec
	waited                   *prometheus.HistogramVec
	redelivered, takenOver   prometheus.Counter
}

// newJobMetrics returns metrics in which each series is there from the start.
func newJobMetrics() jobMetrics {
	m := jobMetrics{
		accepted: counters("bulkpatch_jobs_accepted_total", "Jobs that this process has accepted, by kind.", "kind"),
		ended:    counters("bulkpatch_jobs_ended_total", "Jobs that this process has ended, by kind and final state.", "kind", "state"),
		records:  counters("bulkpatch_records_total", "Records to which this process has given their outcome in a job, by kind of job and outcome.", "kind", "outcome"),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bulkpatch_job_wait_seconds", Help: "Time from the acceptance of a job until this process first worked on it, by kind. Pauses and the brake count.",
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600},
		}, []string{"kind"}),
		redelivered: counter("bulkpatch_wake_ups_redelivered_total", "Wake-ups that the sweep of this process has sent again, because the work they were for stood still."),
		takenOver:   counter("bulkpatch_resumes_total", "Shards that this process has taken over from a worker that had gone."),
	}
	for _, kind := range job.Kinds {
		m.accepted.WithLabelValues(string(kind))
		m.waited.WithLabelValues(string(kind))
		for _, state := range job.FinalStates() {
			m.ended.WithLabelValues(string(kind), string(state))
		}
		m.outcomes(kind, job.Tally{})
	}
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// all lists the collectors.
func (m jobMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.accepted, m.ended, m.records, m.waited, m.redelivered, m.takenOver}
}

// count counts one event.
func (m jobMetrics) count(e job.Event) {
	kind := string(e.Kind)
	switch e.What {
	case job.EventAccepted:
		m.accepted.WithLabelValues(kind).Inc()
	case job.EventStarted:
		m.waited.WithLabelValues(kind).Observe(e.Waited.Seconds())
	case job.EventEnded:
		m.ended.WithLabelValues(kind, string(e.State)).Inc()
		if e.Kind == job.Single && e.Waited > 0 { // it was worked on, and not cancelled before
			m.waited.WithLabelValues(kind).Observe(e.Waited.Seconds())
		}
	case job.EventChunk:
		m.outcomes(e.Kind, e.Tally)
	case job.EventRedelivered:
		m.redelivered.Inc()
	case job.EventTakenOver:
		m.takenOver.Inc()
	}
}

// outcomes adds the outcomes of some records. A preview gives none.
func (m jobMetrics) outcomes(kind job.Kind, t job.Tally) {
	if kind == job.PreviewKind {
		return
	}
	for outcome, n := range map[job.Outcome]int64{
		job.Updated: t.Updated, job.Unchanged: t.Unchanged, job.Skipped: t.Skipped, job.Conflicted: t.Conflicted, job.RecordFail: t.Failed,
	} {
		m.records.WithLabelValues(string(kind), string(outcome)).Add(float64(n))
	}
}
