package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

const (
	statusLeft   = 499 // in the log: the caller left before the answer
	maxRequestID = 128
)

type requestIDKey struct{}

// requestID is the id of the request that ctx belongs to.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

var saneRequestID = regexp.MustCompile(`^[A-Za-z0-9._:-]+$`)

// observe gives each request an id, a log line and safe headers, limits how
// slow it may be, and turns a panic into an answer.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := r.Header.Get("X-Request-Id")
		if len(id) > maxRequestID || !saneRequestID.MatchString(id) {
			id = newRequestID()
		}
		r = s.TrustedProxies.Resolve(r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
		r, span := s.beginSpan(r)
		packed := web.NewGzipWriter(w, r)
		rec := web.NewRecorder(packed, began, s.StepTimeout)
		secureHeaders(w.Header(), id)
		rec.Extend()
		rec.LimitBody(r, began.Add(s.StepTimeout))
		defer s.logged(r, rec, id, began)
		defer endSpan(span, r, rec)
		defer s.stats.begin(rec)()
		s.guarded(next, rec, r, id)
		rec.Extend()
		packed.End() // not reached by an answer that was cut off
	})
}

// guarded serves a request whose handler may panic.
func (s *server) guarded(next http.Handler, rec *web.Recorder, r *http.Request, id string) {
	defer s.recovered(rec, r, id)
	next.ServeHTTP(rec, r)
}

// secureHeaders sets the headers of every answer. A page may replace them.
func secureHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
}

// recovered turns a panic into a problem, or breaks the connection when an
// answer has begun.
func (s *server) recovered(rec *web.Recorder, r *http.Request, id string) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		rec.Broken = !rec.Left
		panic(v)
	}
	s.Log.ErrorContext(r.Context(), "handler panicked", "request", id, "panic", web.ErrorText(fmt.Errorf("%v", v)), "stack", string(debug.Stack()))
	if rec.Status != 0 {
		rec.Broken = true
		panic(http.ErrAbortHandler)
	}
	p, _ := problemOf(errPanic)
	p.Write(rec)
}

// errPanic stands for any value that a handler panicked with.
var errPanic = errors.New("handler panicked")

// logged writes the line of the access log. The line leaves out the query, which
// may hold customers' values, and has only the name of the key. Texts that the
// caller chose are shortened.
func (s *server) logged(r *http.Request, rec *web.Recorder, id string, began time.Time) {
	status := shownStatus(rec)
	attrs := []any{
		"request", id, "method", model.Shown(r.Method), "path", model.Shown(r.URL.Path), "status", status,
		"bytes", rec.Bytes, "duration", time.Since(began), "client", web.ClientAddress(r),
	}
	if rec.Actor != "" {
		attrs = append(attrs, "workspace", rec.Workspace, "actor", rec.Actor)
	}
	if id := jobNamed(r, rec.Header()); id != "" {
		attrs = append(attrs, "job", model.Shown(id))
	}
	if rec.Broken {
		attrs = append(attrs, "broken", true)
	}
	s.Log.Log(context.WithoutCancel(r.Context()), levelOf(r, status), "request", attrs...)
}

// shownStatus is the status of an answer as the log and the traces have it.
func shownStatus(rec *web.Recorder) int {
	switch {
	case rec.Left:
		return statusLeft
	case rec.Status == 0:
		return http.StatusOK
	}
	return rec.Status
}

// jobNamed returns the job that a request made, or the one that it names; "" for
// none.
func jobNamed(r *http.Request, answer http.Header) string {
	if id := answer.Get("Job-Id"); id != "" {
		return id
	}
	if id, ok := strings.CutPrefix(answer.Get("Location"), jobPath("")); ok {
		return id
	}
	return r.PathValue("job")
}

// levelOf returns the level of a request's line. Probes are logged at debug
// level, because they come every few seconds.
func levelOf(r *http.Request, status int) slog.Level {
	switch {
	case slices.Contains(probes, r.URL.Path):
		return slog.LevelDebug
	case status >= 500:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// probes are the paths that orchestrators and monitoring ask.
var probes = []string{"/healthz", "/readyz", "/metrics"}
