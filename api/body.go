package api

import (
	"cmp"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/job"
)

// Media types that calls take and give.
const (
	typeJSON   = "application/json"
	typeMerge  = "application/merge-patch+json"
	typeNDJSON = "application/x-ndjson"
	typeCSV    = "text/csv"
)

// media makes the body ready to be read. It checks the Content-Type against
// what the call takes and returns the one that applies; a body without one is
// taken for the first.
func (c *call) media(types ...string) (string, error) {
	if err := c.unpack(); err != nil {
		return "", err
	}
	given := c.r.Header.Get("Content-Type")
	if given == "" {
		return types[0], nil
	}
	base, params, err := mime.ParseMediaType(given)
	if err == nil && slices.Contains(types, base) && readable(base, params["charset"]) {
		return base, nil
	}
	list := strings.Join(types, ", ")
	header := "Accept-Post"
	if c.r.Method == http.MethodPatch {
		header = "Accept-Patch"
	}
	return "", newProblem("unsupported_media_type", "This call takes "+list+", in UTF-8.").Set(header, list)
}

// readable reports whether a body in a charset can be read. CSV has a byte
// order mark where it is in UTF-16.
func readable(mediaType, charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") ||
		mediaType == typeCSV && strings.EqualFold(charset, "utf-16")
}

// maxDrain is how much of a body that is too large is read and dropped, so
// that a caller who sends first and listens later gets the answer and not a
// broken connection.
const maxDrain = 8 << 20

// Sizes of reading a body.
const (
	firstRead = 4 << 10
	// freeBody is how much of each body needs no place in the budget: most
	// are smaller, and what connections hold besides is about as much.
	freeBody = 64 << 10
	// bodiesSize is the size of the budget for what is beyond that, in bodies
	// of the largest size.
	bodiesSize = 16
)

// body reads a whole JSON body within the limit. A large one waits for its
// place among those in flight, which it keeps until [call.freeBody]. Memory
// grows with what has come, not with what was announced.
func (s *server) body(c *call, types ...string) ([]byte, error) {
	if _, err := c.media(types...); err != nil {
		return nil, err
	}
	if c.r.ContentLength > s.MaxBody {
		return nil, s.tooLarge(c)
	}
	raw, err := appendBody(nil, c.r.Body, min(freeBody, s.MaxBody+1))
	if err != nil && int64(len(raw)) <= s.MaxBody {
		return raw, orEnd(err)
	}
	if int64(len(raw)) <= s.MaxBody {
		if err := s.reserve(c); err != nil {
			return nil, err
		}
		raw, err = appendBody(raw, c.r.Body, s.MaxBody+1)
		if err != nil && int64(len(raw)) <= s.MaxBody { // the last byte may come with its end
			return raw, cmp.Or(orEnd(err), s.check(c, len(raw)))
		}
	}
	return nil, s.tooLarge(c)
}

// check waits for the place that checking a large input has, which it keeps
// until [call.checked]. What is made of a million bytes may take a hundred
// million while they are checked, so that only one of the largest size is at a
// time, in turns of the keys.
func (s *server) check(c *call, size int) (err error) {
	c.endCheck, err = s.checks.take(c.ctx(), c.key.ID, int64(size), s.StepTimeout)
	if err != nil {
		return noRoom(err)
	}
	return nil
}

// checked gives back what [server.check] took. To do so twice is harmless.
func (c *call) checked() {
	if c.endCheck != nil {
		c.endCheck()
	}
}

// appendBody reads on until there are size bytes. io.EOF: the body ended
// before.
func appendBody(raw []byte, body io.Reader, size int64) ([]byte, error) {
	for int64(len(raw)) < size {
		if len(raw) == cap(raw) {
			raw = slices.Grow(raw, max(firstRead, min(len(raw), int(size)-len(raw))))
		}
		n, err := body.Read(raw[len(raw):min(cap(raw), int(size))])
		raw = raw[:len(raw)+n]
		if err != nil {
			return raw, err
		}
	}
	return raw, nil
}

// orEnd takes the end of a body for what it should be.
func orEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// reserve waits for the place of a large body, and gives its rest the time
// that it took.
func (s *server) reserve(c *call) error {
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

// noRoom words that a request found no place beside others. The rest of its
// body is not worth waiting for.
func noRoom(err error) error {
	if !errors.Is(err, job.ErrUnavailable) {
		return err
	}
	return newProblem("unavailable", "Too many large requests are being received at the moment. Please try again.").
		Set("Retry-After", "1").Set("Connection", "close")
}

// freeBody gives back the body's place, once nothing of it is needed. To do
// so twice is harmless.
func (c *call) freeBody() {
	c.checked()
	if c.giveBack != nil {
		c.giveBack()
	}
}

// tooLarge refuses a body, once it has been sent if that does not take long.
func (s *server) tooLarge(c *call) error {
	if _, err := io.CopyN(io.Discard, sent(c.r), maxDrain); err != io.EOF {
		c.w.Header().Set("Connection", "close") // the rest is not worth waiting for
	}
	return newProblem("too_large", "The body is larger than "+strconv.FormatInt(s.MaxBody, 10)+" bytes.")
}

// noBody refuses a body that says something on a call that takes none. An
// empty object says nothing.
func (s *server) noBody(c *call, in *input) error {
	if c.r.ContentLength == 0 {
		return nil // whatever its media type
	}
	raw, err := s.body(c, typeJSON)
	if err != nil || len(raw) == 0 {
		return err
	}
	names, ok := in.members(raw, "")
	if ok {
		in.unknownMembers(names, "")
	}
	return nil
}
