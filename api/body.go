package api

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Media types that calls take and give.
const (
	typeJSON   = "application/json"
	typeMerge  = "application/merge-patch+json"
	typeNDJSON = "application/x-ndjson"
	typeCSV    = "text/csv"
)

// media checks the Content-Type against what the call takes and returns the
// one that applies; a body without one is taken for the first.
func (c *call) media(types ...string) (string, error) {
	if enc := c.r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return "", newProblem("unsupported_media_type", "Send the body without a Content-Encoding.").
			set("Accept-Encoding", "identity")
	}
	given := c.r.Header.Get("Content-Type")
	if given == "" {
		return types[0], nil
	}
	base, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	if err == nil && slices.Contains(types, base) && (charset == "" || strings.EqualFold(charset, "utf-8")) {
		return base, nil
	}
	list := strings.Join(types, ", ")
	header := "Accept-Post"
	if c.r.Method == http.MethodPatch {
		header = "Accept-Patch"
	}
	return "", newProblem("unsupported_media_type", "This call takes "+list+", in UTF-8.").set(header, list)
}

// maxDrain is how much of a body that is too large is read and dropped, so
// that a caller who sends first and listens later gets the answer and not a
// broken connection.
const maxDrain = 8 << 20

// body reads a whole JSON body within the limit.
func (s *server) body(c *call, types ...string) ([]byte, error) {
	if _, err := c.media(types...); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, s.MaxBody+1))
	if err != nil || int64(len(raw)) <= s.MaxBody {
		return raw, err
	}
	if _, err := io.CopyN(io.Discard, c.r.Body, maxDrain); err != io.EOF {
		c.w.Header().Set("Connection", "close") // the rest is not worth waiting for
	}
	return nil, newProblem("too_large", "The body is larger than "+strconv.FormatInt(s.MaxBody, 10)+" bytes.")
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
