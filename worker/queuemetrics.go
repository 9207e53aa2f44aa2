package worker

import (
	"strings"

	"github.com/hibiken/asynq"
	queuemetrics "github.com/hibiken/asynq/x/metrics"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// queueMetrics collects asynq's metrics for the queues of one installation. It
// names them "single" and "bulk" on every installation, and leaves out the
// queues of other installations on the same Redis.
type queueMetrics struct {
	all    prometheus.Collector
	suffix string // that the installation's queue names end with
}

// QueueMetrics returns the metrics of an installation's queues. Each collection
// asks Redis.
func QueueMetrics(queues *asynq.Inspector, installation string) prometheus.Collector {
	return queueMetrics{queuemetrics.NewQueueMetricsCollector(queues), strings.TrimPrefix(queuesOf(installation).bulk, former.bulk)}
}

// Describe describes no metric, so that the registry does not check them in
// advance: finding out which there are takes a Redis, which may be down when the
// process starts.
func (queueMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (q queueMetrics) Collect(ch chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric)
	go func() {
		defer close(all)
		q.all.Collect(all)
	}()
	for m := range all {
		if own, ok := q.own(m); ok {
			ch <- own
		}
	}
}

// own returns a metric of this installation with the queue's short name, and
// reports whether the metric belongs to this installation.
func (q queueMetrics) own(m prometheus.Metric) (prometheus.Metric, bool) {
	var content dto.Metric
	if m.Write(&content) != nil {
		return m, true // a metric that only carries the error: Redis cannot be reached
	}
	for _, label := range content.Label {
		if label.GetName() != "queue" {
			continue
		}
		name, ours := strings.CutSuffix(label.GetValue(), q.suffix)
		label.Value = &name
		return writtenMetric{m, &content}, ours
	}
	return m, true
}

// A writtenMetric is a metric whose content was replaced.
type writtenMetric struct {
	prometheus.Metric
	content *dto.Metric
}

// Write implements [prometheus.Metric].
func (w writtenMetric) Write(to *dto.Metric) error {
	to.Label, to.Gauge, to.Counter, to.Histogram = w.content.Label, w.content.Gauge, w.content.Counter, w.content.Histogram
	return nil
}
