package worker

import (
	"strings"

	"github.com/hibiken/asynq"
	queuemetrics "github.com/hibiken/asynq/x/metrics"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// queueMetrics are asynq's metrics of an installation's queues, by the names
// "single" and "bulk": the same on each installation, and none of others that
// share its Redis.
type queueMetrics struct {
	all    prometheus.Collector
	suffix string // of the names of the installation's queues
}

// QueueMetrics counts what waits in the queues of an installation. It asks Redis
// when it is collected.
func QueueMetrics(queues *asynq.Inspector, installation string) prometheus.Collector {
	return queueMetrics{queuemetrics.NewQueueMetricsCollector(queues), strings.TrimPrefix(queuesOf(installation).bulk, former.bulk)}
}

// Describe says nothing, by which a registry takes the metrics as they come: to
// say what will come is to ask Redis, which may be down at the start.
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

// own is a metric of one of the installation's queues, under its short name.
func (q queueMetrics) own(m prometheus.Metric) (prometheus.Metric, bool) {
	var content dto.Metric
	if m.Write(&content) != nil {
		return m, true // it says that Redis cannot be asked
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

// A writtenMetric is a metric with other content.
type writtenMetric struct {
	prometheus.Metric
	content *dto.Metric
}

// Write implements [prometheus.Metric].
func (w writtenMetric) Write(to *dto.Metric) error {
	to.Label, to.Gauge, to.Counter, to.Histogram = w.content.Label, w.content.Gauge, w.content.Counter, w.content.Histogram
	return nil
}
