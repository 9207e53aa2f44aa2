package main

import (
	"net/http"

	"github.com/hibiken/asynq"
	queuemetrics "github.com/hibiken/asynq/x/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newMetrics returns the handler of /metrics: the process, the build, the
// queues, and whatever else the parts of this process count.
func newMetrics(queues *asynq.Inspector, more ...prometheus.Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		undescribed{queuemetrics.NewQueueMetricsCollector(queues)},
	)
	registry.MustRegister(more...)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		Registry:      registry,
		ErrorHandling: promhttp.ContinueOnError,
	})
}

// undescribed is a collector that is not asked beforehand what it will say:
// the one of the queues would ask Redis, which may be down at the start.
type undescribed struct{ prometheus.Collector }

// Describe says nothing, by which the registry takes the metrics as they come.
func (undescribed) Describe(chan<- *prometheus.Desc) {}
