package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

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
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		packed := newGzipWriter(w, r)
		rec := &recorder{ResponseWriter: packed, step: s.StepTimeout, arrived: began}
		secureHeaders(w.Header(), id)
		rec.extend()
		if r.Body != nil && r.Body != http.NoBody {
			// Not every writer has deadlines; the real server's does.
			_ = http.NewResponseController(w).SetReadDeadline(began.Add(s.StepTimeout))
			r.Body = &timedBody{ReadCloser: r.Body, control: http.NewResponseController(w)}
		}
		defer s.logged(r, rec, id, began)
		s.guarded(next, rec, r, id)
		rec.extend()
		packed.end() // but of an answer that was cut off
	})
}

// guarded serves a request whose handler may panic.
func (s *server) guarded(next http.Handler, rec *recorder, r *http.Request, id string) {
	defer s.recovered(rec, id)
	next.ServeHTTP(rec, r)
}

// secureHeaders sets what every answer says unless a page needs otherwise.
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
func (s *server) recovered(rec *recorder, id string) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		rec.broken = !rec.left
		panic(v)
	}
	s.Log.Error("handler panicked", "request", id, "panic", logged(fmt.Errorf("%v", v)), "stack", string(debug.Stack()))
	if rec.status != 0 {
		rec.broken = true
		panic(http.ErrAbortHandler)
	}
	p, _ := problemOf(errPanic)
	p.write(rec)
}

// errPanic stands for whatever a handler panicked with.
var errPanic = errors.New("handler panicked")

// logged writes the access log: no query, which may hold customers' values,
// no key but its name, and of what a caller chose no more than fits a line.
func (s *server) logged(r *http.Request, rec *recorder, id string, began time.Time) {
	status := rec.status
	switch {
	case rec.left:
		status = statusLeft
	case status == 0:
		status = http.StatusOK
	}
	attrs := []any{
		"request", id, "method", model.Shown(r.Method), "path", model.Shown(r.URL.Path), "status", status,
		"bytes", rec.bytes, "duration", time.Since(began),
	}
	if rec.actor != "" {
		attrs = append(attrs, "workspace", rec.workspace, "actor", rec.actor)
	}
	if id := jobNamed(r, rec.Header()); id != "" {
		attrs = append(attrs, "job", model.Shown(id))
	}
	if rec.broken {
		attrs = append(attrs, "broken", true)
	}
	s.Log.Log(context.WithoutCancel(r.Context()), levelOf(r, status), "request", attrs...)
}

// jobNamed is the job that a request made, or else the one that it names, "" for
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

// levelOf is the level of a request's line. Probes come every few seconds for
// ever, and whoever asks is told.
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

// A recorder remembers what was answered, before it is gzipped, and moves the write deadline along
// as the reader takes what is written.
type recorder struct {
	http.ResponseWriter
	status           int
	bytes            int64
	left             bool // the caller went away
	broken           bool // the answer was cut off
	actor, workspace string
	arrived          time.Time
	step             time.Duration
	extended         time.Time
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.extend()
	r.ResponseWriter.WriteHeader(status)
}

// Write counts what is sent.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.extend()
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	if err != nil {
		r.left = true // or is so slow that it comes to the same
	}
	return n, err
}

// Unwrap lets [http.ResponseController] reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// extend gives the next write its time. The deadline moves now and then, not
// with each of many small writes.
func (r *recorder) extend() {
	now := time.Now()
	if now.Sub(r.extended) < r.step/8 {
		return
	}
	r.extended = now
	_ = http.NewResponseController(r.ResponseWriter).SetWriteDeadline(now.Add(r.step))
}

// A timedBody lifts the read deadline once the body is read: the server goes
// on reading to notice that the caller left, and a deadline that passes then
// would look like that.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read reads, and lifts the deadline at the end. A body that breaks off is
// the caller's fault, and told apart here from faults of ours.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == io.EOF:
		_ = b.control.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = newProblem("request_timeout", "The body did not arrive in time.").set("Connection", "close")
	case err != nil:
		err = newProblem("incomplete_body", "The body broke off before its end.").set("Connection", "close")
	}
	return n, err
}
