package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"bulkpatch/job"
)

// readyWithin is how long a readiness check may take.
const readyWithin = 5 * time.Second

// readiness says whether a process can do its work.
type readiness struct {
	stop  <-chan struct{} // closed as soon as the process is told to stop
	ping  func(context.Context) error
	redis *outage // nil where the process does nothing without it
}

// check returns nil if the process is ready, and otherwise why it is not.
func (r readiness) check(ctx context.Context) error {
	select {
	case <-r.stop:
		return fmt.Errorf("%w: the process is being stopped", job.ErrUnavailable)
	default:
	}
	if r.redis != nil && !r.redis.answers.Load() {
		return fmt.Errorf("%w: Redis does not answer", job.ErrUnavailable)
	}
	return r.ping(ctx)
}

// probes returns the handler of health, readiness and metrics for a process
// without the API.
func (s *service) probes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { tell(w, http.StatusOK, "ok", nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		ready := readiness{stop: s.stop, ping: s.db.Ping, redis: s.redisOutage}
		if err := ready.check(ctx); err != nil {
			s.log.Debug("not ready", "error", err)
			tell(w, http.StatusServiceUnavailable, "not_ready", s.redisOutage)
			return
		}
		tell(w, http.StatusOK, "ready", s.redisOutage)
	})
	mux.Handle("GET /metrics", s.metrics())
	return mux
}

// tell answers a probe in the format of the API.
func tell(w http.ResponseWriter, status int, text string, redis *outage) {
	body := map[string]string{"status": text}
	if redis != nil {
		body["redis"] = redis.state()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have disconnected
}

// state returns the word that /readyz shows: up or down.
func (o *outage) state() string {
	if o.answers.Load() {
		return "up"
	}
	return "down"
}

// lagging returns a context that ends a given time after ctx.
func lagging(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return late, func() {
		forget()
		cancel()
	}
}
