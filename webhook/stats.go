package webhook

import "github.com/prometheus/client_golang/prometheus"

// Results of attempts, as the metrics name them.
const (
	resultDelivered = "delivered"
	resultFailed    = "failed" // and will be repeated
	resultGaveUp    = "gave_up"
)

// stats holds the sender's metrics.
type stats struct {
	attempts *prometheus.CounterVec
	seconds  prometheus.Histogram
}

// newStats returns metrics that start at zero.
func newStats() *stats {
	m := &stats{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bulkpatch_webhook_deliveries_total", Help: "Attempts to deliver the end of a job that this process has made, by result: delivered, failed (it is repeated) or gave_up.",
		}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "bulkpatch_webhook_delivery_seconds", Help: "How long receivers took to answer an attempt, or it took to fail.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 11),
		}),
	}
	for _, result := range []string{resultDelivered, resultFailed, resultGaveUp} {
		m.attempts.WithLabelValues(result)
	}
	return m
}

// Describe implements [prometheus.Collector].
func (s *stats) Describe(ch chan<- *prometheus.Desc) {
	s.attempts.Describe(ch)
	s.seconds.Describe(ch)
}

// Collect implements [prometheus.Collector].
func (s *stats) Collect(ch chan<- prometheus.Metric) {
	s.attempts.Collect(ch)
	s.seconds.Collect(ch)
}
