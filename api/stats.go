package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// noRoute stands in metrics for the route and the method of a request that no route
// serves. Whatever callers ask for, there is one such series.
const noRoute = "none"

// How a sign-in to the dashboard ends, in metrics.
const (
	signedIn      = "succeeded"
	signInFailed  = "failed"
	signInRefused = "refused" // after too many that failed
)

// stats are the metrics of the API. Each series is there from the start, and no
// request adds one.
type stats struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	problems *prometheus.CounterVec
	imported *prometheus.CounterVec
	signIns  *prometheus.CounterVec
	live     []prometheus.Collector // read at each scrape
}

func newStats() *stats {
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	s := &stats{
		requests: counters("bulkpatch_http_requests_total", "Requests that were answered, by pattern of the path, method and class of the status. "+
			"A caller who left counts as 4xx, and an answer that was cut off as 5xx.", "route", "method", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bulkpatch_http_request_seconds", Help: "How long requests took, by pattern of the path and method, without streams and calls that waited for a job.",
			Buckets: []float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10},
		}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "bulkpatch_http_requests_in_flight", Help: "Requests that are being answered, those that stream or wait included.",
		}),
		problems: counters("bulkpatch_http_problems_total", "Requests that were answered with an error, by its code. Those of limits say which one was met.", "code"),
		imported: counters("bulkpatch_import_rows_total", "Rows of imports, by what became of them.", "result"),
		signIns:  counters("bulkpatch_sign_ins_total", "Sign-ins to the dashboard, by result.", "result"),
	}
	for _, code := range web.ProblemCodes() {
		s.problems.WithLabelValues(code)
	}
	s.rows(job.ImportCounts{})
	for _, result := range []string{signedIn, signInFailed, signInRefused} {
		s.signIns.WithLabelValues(result)
	}
	return s
}

// watch adds what is read at each scrape: who waits for jobs.
func (s *stats) watch(w *watcher, o *openCalls) {
	gauge := func(name, help string, mu sync.Locker, n func() int) {
		s.live = append(s.live, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return float64(n())
		}))
	}
	gauge("bulkpatch_followers", "Calls that follow a job: event streams, long polls, pages and calls that wait for its end.", &w.mu, func() int { return w.followers })
	gauge("bulkpatch_followed_jobs", "Jobs that are followed, each by any number of calls.", &w.mu, func() int { return len(w.jobs) })
	gauge("bulkpatch_streams_open", "Event streams and long polls that are open, which count against the limit of their key.", &o.mu, func() (sum int) {
		for _, n := range o.streams {
			sum += n
		}
		return sum
	})
}

// expect adds the series of some routes, and of requests that no route serves.
func (s *stats) expect(paths map[string]*resource) {
	s.series(noRoute, noRoute, Cheap)
	for _, res := range paths {
		for _, r := range res.methods {
			s.series(r.label(), r.method, r.cost)
		}
	}
}

func (s *stats) series(route, method string, cost Cost) {
	for class := 2; class <= 5; class++ {
		s.requests.WithLabelValues(route, method, strconv.Itoa(class)+"xx")
	}
	if cost != Streamed {
		s.seconds.WithLabelValues(route, method)
	}
}

// begin counts a request, and returns what counts its end.
func (s *stats) begin(rec *web.Recorder) (end func()) {
	s.inFlight.Inc()
	return func() {
		s.inFlight.Dec()
		s.answered(rec)
	}
}

func (s *stats) answered(rec *web.Recorder) {
	route, method, status := noRoute, noRoute, shownStatus(rec)
	if rec.Route != "" {
		route, method = rec.Route, rec.Method
	}
	if rec.Broken {
		status = http.StatusInternalServerError
	}
	s.requests.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Inc()
	if !rec.Waited {
		s.seconds.WithLabelValues(route, method).Observe(time.Since(rec.Arrived).Seconds())
	}
	if rec.Problem == "" || status < 400 {
		return
	}
	code := rec.Problem
	if _, known := web.ProblemTypeOf(code); !known {
		code = "internal"
	}
	s.problems.WithLabelValues(code).Inc()
}

// rows counts rows of an import.
func (s *stats) rows(n job.ImportCounts) {
	for result, n := range map[string]int64{"inserted": n.Inserted, "updated": n.Updated, "unchanged": n.Unchanged, "failed": n.Failed} {
		s.imported.WithLabelValues(result).Add(float64(n))
	}
}

// all lists the collectors.
func (s *stats) all() []prometheus.Collector {
	return append([]prometheus.Collector{s.requests, s.seconds, s.inFlight, s.problems, s.imported, s.signIns}, s.live...)
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
