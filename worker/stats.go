package worker

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
)

// stats holds the worker's metrics.
type stats struct {
	tasks  *prometheus.CounterVec
	chunks prometheus.Histogram
	sizes  prometheus.Histogram
}

// newStats returns metrics that start at zero.
func newStats() *stats {
	s := &stats{
		tasks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bulkpatch_tasks_total", Help: "Tasks that found work to do, by queue.",
		}, []string{"queue"}),
		chunks: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "bulkpatch_chunk_seconds", Help: "How long chunks took, from asking for the transaction to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		sizes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "bulkpatch_chunk_records", Help: "How many records chunks had.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 9), // up to MaxChunk and a little more
		}),
	}
	for _, queue := range []string{former.single, former.bulk} {
		s.tasks.WithLabelValues(queue)
	}
	return s
}

// chunk counts one committed chunk.
func (s *stats) chunk(step job.Step, took time.Duration) {
	s.chunks.Observe(took.Seconds())
	s.sizes.Observe(float64(step.N))
}

// all lists the collectors.
func (s *stats) all() []prometheus.Collector {
	return []prometheus.Collector{s.tasks, s.chunks, s.sizes}
}

// Describe implements [prometheus.Collector].
func (s *stats) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range s.all() {
		c.Describe(ch)
	}
}

// Collect implements [prometheus.Collector].
func (s *stats) Collect(ch chan<- prometheus.Metric) {
	for _, c := range s.all() {
		c.Collect(ch)
	}
}
