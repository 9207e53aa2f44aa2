package main

import (
	"net/http"
	"runtime"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"bulkpatch/worker"
)

// scrapesAtOnce is how many scrapes one process answers at the same time. Further
// ones are answered 503.
const scrapesAtOnce = 10

// newMetrics returns the handler of /metrics. It serves the metrics of the
// process and the build, and the given ones. What cannot be read is left out.
func newMetrics(more ...prometheus.Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newBuildInfo(),
	)
	registry.MustRegister(more...)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		Registry:            registry,
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: scrapesAtOnce,
	})
}

// newBuildInfo returns a gauge that is always 1. Its labels say which build runs.
func newBuildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bulkpatch_build_info", Help: "Always 1. The labels have the version of bulkpatch and of Go.",
		ConstLabels: prometheus.Labels{"version": versionText(), "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}

// metrics returns the handler of /metrics with what every process has, and more.
func (s *service) metrics(more ...prometheus.Collector) http.Handler {
	return newMetrics(slices.Concat(more, s.counted, s.redisOutage.metrics("redis", "Redis"), s.databaseOutage.metrics("database", "the database"),
		[]prometheus.Collector{newQueueMetrics(s.queues()), newSpaceGauge(s.db)})...)
}

// queues returns a reader of what Redis has of this installation.
func (s *service) queues() *worker.QueueReader {
	return worker.NewQueueReader(s.queue, s.installation, s.redisServer)
}
