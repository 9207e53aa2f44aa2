package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"bulkpatch/api/dashboard"
)

// visitKey is the key in the context of the calls that a page makes. Its value is
// the visit's call, which has been authorised. Only this process can set it.
type visitKey struct{}

// visitOf returns the visit that a call is made for, nil for a call from outside.
func visitOf(ctx context.Context) *call {
	visit, _ := ctx.Value(visitKey{}).(*call)
	return visit
}

// onlyLooks reports whether the call is made for a page that somebody opens, which
// changes nothing: no preview becomes a job for it.
func (c *call) onlyLooks() bool {
	visit := visitOf(c.ctx())
	return visit != nil && visit.r.Method != http.MethodPost
}

// inside makes a call of the API for the visitor of a page, in this process: through
// the same routes and checks as from outside, except that the visitor's key is known
// and was counted already. It panics with [http.ErrAbortHandler] if the visitor
// has left, as the call itself would.
func (s *server) inside(visit *call, c dashboard.Call) dashboard.Answer {
	r := s.innerRequest(visit, c)
	if c.Within > 0 {
		return s.insideWithin(visit, r, c.Within)
	}
	return s.answerInside(r)
}

// answerInside serves a call of a page.
func (s *server) answerInside(r *http.Request) dashboard.Answer {
	w := &insideWriter{answer: dashboard.Answer{Header: http.Header{}}}
	s.serveInside(w, r)
	return w.answer
}

// forward makes a call like [server.inside], and answers the visitor with its answer
// as it comes: a download may be long, and is never in memory as a whole.
func (s *server) forward(visit *call, c dashboard.Call) {
	s.serveInside(visit.w, s.innerRequest(visit, c))
}

// innerRequest returns the request of a call that a page makes for its visitor.
func (s *server) innerRequest(visit *call, c dashboard.Call) *http.Request {
	target, err := url.ParseRequestURI(c.Target)
	if err != nil {
		panic(err) // pages escape what they put into a target
	}
	r := (&http.Request{
		Method: c.Method, URL: target, RequestURI: c.Target, Host: visit.r.Host, RemoteAddr: visit.r.RemoteAddr,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody,
	}).WithContext(context.WithValue(visit.ctx(), visitKey{}, visit))
	for name, value := range c.Header {
		r.Header.Set(name, value)
	}
	if c.Stream != nil {
		r.ContentLength, r.Body = -1, io.NopCloser(c.Stream)
	}
	if c.Body != nil {
		r.ContentLength = int64(len(c.Body))
		r.Body = http.NoBody
		if len(c.Body) > 0 {
			r.Body = readCloser{bytes.NewReader(c.Body)}
		}
	}
	return r
}

// A readCloser is a body in memory.
type readCloser struct{ *bytes.Reader }

// Close does nothing.
func (readCloser) Close() error { return nil }

// actFor makes a call one of the visitor for whom a page makes it.
func (c *call) actFor(visit *call, a access) error {
	c.key, c.secret = visit.key, visit.secret
	return a.require(c.key)
}

// An insideWriter keeps the answer to a call that a page makes.
type insideWriter struct{ answer dashboard.Answer }

func (w *insideWriter) Header() http.Header { return w.answer.Header }

func (w *insideWriter) WriteHeader(status int) {
	if w.answer.Status == 0 {
		w.answer.Status = status
	}
}

// Flush does nothing: an answer that is streamed to other callers is kept as a whole.
func (w *insideWriter) Flush() {}

func (w *insideWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.answer.Body = append(w.answer.Body, b...)
	return len(b), nil
}
