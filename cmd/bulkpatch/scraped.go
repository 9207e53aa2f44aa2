package main

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// scrapeWithin bounds how long a scrape waits for the database or Redis.
	scrapeWithin = 2 * time.Second
	// scrapeEvery is how long what was read for one scrape serves others, too.
	scrapeEvery = 2 * time.Second
)

// A scraped is a collector whose values are read from the database or Redis, at most
// once in scrapeEvery, however many scrape. While they cannot be read its metrics are
// missing, and those of others are not.
type scraped[T any] struct {
	metrics []scrapedMetric[T]
	read    func(context.Context) (T, error)

	mu    sync.Mutex
	until time.Time // the last result may be used
	value T
	err   error
}

// A scrapedMetric is a gauge of what was read. With labels, of returns a value for
// each of their values.
type scrapedMetric[T any] struct {
	desc *prometheus.Desc
	of   func(T) []labelled
}

// A labelled is a value with its labels.
type labelled struct {
	value  float64
	labels []string
}

// unlabelled is the value of a metric without labels.
func unlabelled(v float64) []labelled { return []labelled{{value: v}} }

// gauge adds a metric to those of the collector, and returns it.
func (s *scraped[T]) gauge(name, help string, of func(T) []labelled, labels ...string) *scraped[T] {
	s.metrics = append(s.metrics, scrapedMetric[T]{prometheus.NewDesc(name, help, labels, nil), of})
	return s
}

// Describe implements [prometheus.Collector].
func (s *scraped[T]) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range s.metrics {
		ch <- m.desc
	}
}

// Collect implements [prometheus.Collector]. An error is only counted, in
// promhttp_metric_handler_errors_total: it may name what only the log should.
func (s *scraped[T]) Collect(ch chan<- prometheus.Metric) {
	v, err := s.latest()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(s.metrics[0].desc, err)
		return
	}
	for _, m := range s.metrics {
		for _, l := range m.of(v) {
			ch <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, l.value, l.labels...)
		}
	}
}

// latest returns what was read last, or reads it again. Scrapes at the same time wait
// for one read, also where that fails.
func (s *scraped[T]) latest() (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().After(s.until) {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
		defer cancel()
		s.value, s.err = s.read(ctx)
		s.until = time.Now().Add(scrapeEvery)
	}
	return s.value, s.err
}
