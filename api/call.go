package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
	"bulkpatch/trace"
)

// A call is one request on its way through a handler.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	key    auth.Key     // zero on open routes
	secret string       // of the key or the session, its hash
	model  *model.Model // nil on routes that have none

	route  route  // that serves the call
	format format // of the answer

	// What only the handlers of vendors' calls use.
	surface *compat.Surface
	request *compat.Request
	sent    []byte // the body

	giveBack func() // gives back the room of a large body; nil for none
	endCheck func() // gives back the room for checking it; nil for none

	session bool // the key was found by a session

	form url.Values // of a page
	once string     // identifies the form and what it says; "" where it may be sent again

	cancel  context.CancelCauseFunc // of the context; nil without a key
	streams bool                    // is an event stream or a long poll
}

func (c *call) ctx() context.Context      { return c.r.Context() }
func (c *call) workspace() auth.Workspace { return c.key.Workspace }

// caller returns who makes the call, for the methods of the store.
func (c *call) caller() auth.Caller {
	by := c.key.Caller(requestID(c.ctx()))
	by.Address = web.ClientAddress(c.r)
	by.Trace = trace.Parent(c.ctx())
	return by
}

// arrived returns when the request arrived.
func (c *call) arrived() time.Time {
	if rec, ok := c.w.(*web.Recorder); ok {
		return rec.Arrived
	}
	return time.Now()
}

// noteRoute notes for metrics which route serves the call. A call that a page makes and
// whose answer is that of the page counts as the page.
func (c *call) noteRoute() {
	if rec, ok := c.w.(*web.Recorder); ok && rec.Route == "" {
		rec.Method, rec.Route = c.route.method, c.route.label()
		rec.Waited = c.route.cost == Streamed
	}
}

// noteWait notes for metrics that the call takes as long as its caller wants.
func (c *call) noteWait() {
	if rec, ok := c.w.(*web.Recorder); ok {
		rec.Waited = true
	}
}

// bodyless reports whether the caller asked for the headers only.
func (c *call) bodyless() bool { return c.r.Method == http.MethodHead }

// answer sends v as JSON. It is encoded as a whole first, so an encoding error
// is returned before anything was sent.
func (c *call) answer(status int, v any) error {
	enc := json.NewEncoder(jsonAnswer{c, status})
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// A jsonAnswer sends what is written to it.
type jsonAnswer struct {
	c      *call
	status int
}

// Write sends JSON.
func (a jsonAnswer) Write(body []byte) (int, error) {
	a.c.send(a.status, body)
	return len(body), nil
}

// send sends text that is JSON already.
func (c *call) send(status int, body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // a caller who has left needs no answer
}

// alive extends the write deadline. Handlers that work for long call it now and
// then.
func (c *call) alive() {
	if rec, ok := c.w.(*web.Recorder); ok {
		rec.Extend()
	}
}

// notModified reports whether the caller has this version already, and if so
// has answered.
func (c *call) notModified(tag string) bool {
	c.w.Header().Set("ETag", tag)
	c.w.Header().Set("Cache-Control", "private, no-cache")
	c.w.Header().Add("Vary", "Authorization, X-API-Key")
	if !web.MatchesTag(c.r.Header.Values("If-None-Match"), tag) {
		return false
	}
	c.w.WriteHeader(http.StatusNotModified)
	return true
}

// fail answers with an error, and logs it if it is unexpected. Where the caller
// has left, it only ends the call. The context also ends where the body did
// not arrive as it should and where the key was revoked: these callers are
// still there, and are answered.
func (s *server) fail(c *call, err error) {
	rec, _ := c.w.(*web.Recorder)
	var told *web.Problem
	if c.keyRevoked() && !(errors.As(err, &told) && told.Code == errKeyRevoked.Code) {
		err = errKeyRevoked // whatever the handler returned
		if c.route.effect == Changes {
			err = errKeyRevokedWriting
		}
	}
	if rec != nil && rec.Status != 0 && c.keyRevoked() {
		web.DropUnsent(c.ctx())
	}
	gone := c.ctx().Err() != nil && !errors.As(err, &told)
	if rec != nil {
		rec.Left = rec.Left || gone
		gone = rec.Left
	}
	if gone {
		// A return would send an empty 200 to a proxy that still reads.
		panic(http.ErrAbortHandler)
	}
	p, known := problemOf(err)
	if !known {
		s.Log.ErrorContext(c.ctx(), "request failed", "request", requestID(c.ctx()), "error", web.ErrorText(err))
	}
	if rec != nil && rec.Status != 0 {
		// A stream that has begun cannot become a problem document. The broken
		// connection shows the reader that it is not complete.
		panic(http.ErrAbortHandler)
	}
	c.format.fail(c, p)
}
