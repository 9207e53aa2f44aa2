package api

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// media makes the body of the call ready to be read, and returns which of the
// media types of the route it has; see [web.ReadyBody].
func (c *call) media() (string, error) { return web.ReadyBody(c.r, c.route.request.Types...) }

const (
	// freeBody is how many bytes of each body need no place in the budget:
	// most bodies are smaller, and a connection costs about as much anyway.
	freeBody = 64 << 10
	// bodiesSize is the size of the budget for the rest, as a number of bodies
	// of the largest size.
	bodiesSize = 16
)

// body reads a whole JSON body within the limit. A large one waits until there
// is room in the budget of bodies, which is kept until [call.freeBody]. The
// memory grows with the bytes received, not with Content-Length.
func (s *server) body(c *call) ([]byte, error) {
	if _, err := c.media(); err != nil {
		return nil, err
	}
	if c.r.ContentLength > s.MaxBody {
		return nil, s.tooLarge(c)
	}
	raw, err := web.AppendBody(nil, c.r.Body, min(freeBody, s.MaxBody+1))
	if err != nil && int64(len(raw)) <= s.MaxBody {
		return raw, orEnd(err)
	}
	if int64(len(raw)) <= s.MaxBody {
		if err := s.reserve(c); err != nil {
			return nil, err
		}
		raw, err = web.AppendBody(raw, c.r.Body, s.MaxBody+1)
		if err != nil && int64(len(raw)) <= s.MaxBody { // the last byte may come with its end
			return raw, cmp.Or(orEnd(err), s.check(c, len(raw)))
		}
	}
	return nil, s.tooLarge(c)
}

// check waits until there is room to check a large input, which is kept until
// [call.checked]. Checking a million bytes may take a hundred million bytes of
// memory, so only one input of the largest size is checked at a time. The keys
// are served round-robin.
func (s *server) check(c *call, size int) (err error) {
	c.endCheck, err = s.checks.take(c.ctx(), c.key.ID, int64(size), s.StepTimeout)
	if err != nil {
		return noRoom(err)
	}
	return nil
}

// checked gives back what [server.check] took. A second call does nothing.
func (c *call) checked() {
	if c.endCheck != nil {
		c.endCheck()
	}
}

// orEnd returns nil for the end of a body, which is no error.
func orEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// reserve waits until there is room for a large body, and then gives the rest
// of the body the full time again. The body of a call that a page makes is in memory
// already, and the form that it came from holds the room: to wait for more would be to
// wait for itself.
func (s *server) reserve(c *call) error {
	if visitOf(c.ctx()) != nil {
		return nil
	}
	size := s.MaxBody
	if c.r.ContentLength > 0 {
		size = c.r.ContentLength
	}
	var err error
	if c.giveBack, err = s.bodies.take(c.ctx(), c.key.ID, size, s.StepTimeout); err != nil {
		return noRoom(err)
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(s.StepTimeout))
	return nil
}

// noRoom returns the answer to a request for which there was no room. The
// connection is closed, because the rest of the body is not read.
func noRoom(err error) error {
	if !errors.Is(err, job.ErrUnavailable) {
		return err
	}
	return web.NewProblem("unavailable", "Too many large requests are being received at the moment. Please try again.").
		Set("Retry-After", "1").Set("Connection", "close")
}

// freeBody gives back the room of the body, once nothing of it is needed. A
// second call does nothing.
func (c *call) freeBody() {
	c.checked()
	if c.giveBack != nil {
		c.giveBack()
	}
}

// tooLarge answers a body above the limit.
func (s *server) tooLarge(c *call) error { return web.TooLarge(c.w, c.r, s.MaxBody) }

// noInput refuses parameters, and a body with members, on a call that takes neither. An
// empty body and an empty object are accepted.
func (s *server) noInput(c *call) error {
	in := c.input()
	if c.r.ContentLength == 0 {
		return in.err() // whatever its media type
	}
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	if len(raw) > 0 {
		if names, ok := in.members(raw, ""); ok {
			in.unknownMembers(names, "")
		}
	}
	return in.err()
}
