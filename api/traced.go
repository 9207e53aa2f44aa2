package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"bulkpatch/api/web"
	"bulkpatch/trace"
)

// beginSpan begins the span of a call, and returns the request with it. Probes have
// none, because they come every few seconds.
func (s *server) beginSpan(r *http.Request) (*http.Request, trace.Span) {
	if s.Tracer == nil || slices.Contains(probes, r.URL.Path) {
		return r, trace.Span{}
	}
	ctx, span := s.Tracer.Call(r.Context(), spanName(r), r.Header)
	return r.WithContext(ctx), span
}

// endSpan ends the span of a call with what is known when it was answered. It has the
// pattern of the path and not the path, which may have the id of a customer, and
// neither the query nor a header nor the caller's address.
func endSpan(span trace.Span, r *http.Request, rec *web.Recorder) {
	if !span.On() {
		return
	}
	defer span.End()
	status := shownStatus(rec)
	span.Name(spanName(r))
	span.Text(trace.HTTPMethod, spanMethod(r))
	span.Text(trace.HTTPRoute, routeOf(r))
	span.Number(trace.HTTPStatus, int64(status))
	span.Text(trace.URLScheme, scheme(r))
	span.Text(trace.Request, requestID(r.Context()))
	span.Text(trace.Workspace, rec.Workspace)
	if id := jobNamed(r, rec.Header()); uuid.Validate(id) == nil { // a path may name anything
		span.Text(trace.Job, id)
	}
	if status >= http.StatusInternalServerError {
		span.Fail(strconv.Itoa(status))
	} else if rec.Broken {
		span.Fail("broken")
	}
}

// methods are those that a span names; all others are one.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

func spanMethod(r *http.Request) string {
	if slices.Contains(methods, r.Method) {
		return r.Method
	}
	return "_OTHER"
}

// routeOf returns the pattern of the path, "" for a path that no route has.
func routeOf(r *http.Request) string {
	if r.Pattern == "/" {
		return ""
	}
	return r.Pattern
}

// spanName names the span of a call: by its method, and by the pattern of its path as
// soon as that is known.
func spanName(r *http.Request) string {
	name := r.Method
	if !slices.Contains(methods, name) {
		name = "HTTP"
	}
	if route := routeOf(r); route != "" {
		name += " " + route
	}
	return name
}

func scheme(r *http.Request) string {
	if web.IsHTTPS(r) {
		return "https"
	}
	return "http"
}

// serveInside serves a call that a page makes, in a span of its own within the page's.
func (s *server) serveInside(w http.ResponseWriter, r *http.Request) {
	ctx, span := trace.Start(r.Context(), spanName(r))
	if span.On() {
		r = r.WithContext(ctx)
		defer func() {
			span.Name(spanName(r))
			span.End()
		}()
	}
	s.routed.ServeHTTP(w, r)
}
