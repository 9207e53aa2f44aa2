package worker

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
)

// stats holds the worker's metrics.
type stats struct {
	tasks   *prometheus.CounterVec
	records prometheus.Counter
	chunks  prometheus.Histogram
}

// newStats returns metrics that start at zero.
func newStats() *stats {
	return &stats{
		tasks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bulkpatch_tasks_total", Help: "Tasks that found work to do, by queue.",
		}, []string{"queue"}),
		records: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "bulkpatch_records_total", Help: "Records of bulk jobs that got an outcome.",
		}),
		chunks: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "bulkpatch_chunk_seconds", Help: "How long chunks took, from asking for the transaction to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
	}
}

// chunk counts one committed chunk.
func (s *stats) chunk(step job.Step, took time.Duration) {
	s.records.Add(float64(step.N))
	s.chunks.Observe(took.Seconds())
}

// Describe implements [prometheus.Collector].
func (s *stats) Describe(ch chan<- *prometheus.Desc) {
	s.tasks.Describe(ch)
	s.records.Describe(ch)
	s.chunks.Describe(ch)
}

// Collect implements [prometheus.Collector].
func (s *stats) Collect(ch chan<- prometheus.Metric) {
	s.tasks.Collect(ch)
	s.records.Collect(ch)
	s.chunks.Collect(ch)
}
