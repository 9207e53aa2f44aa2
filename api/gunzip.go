package api

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// maxPacked is how much larger than twice what it unpacks to a gzipped body may
// be, in bytes: else one of nothing but empty parts would go on for ever.
const maxPacked = 64 << 10

// unpack has the body be read as it was before it was gzipped, so that all
// limits count that. It is called once for a call that takes a body, before
// any of it is read.
func (c *call) unpack() error {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(c.r.Header.Values("Content-Encoding"), ",")))
	switch coding {
	case "", "identity":
		return nil
	case "gzip", "x-gzip":
		c.r.Body, c.r.ContentLength = &packedBody{ReadCloser: c.r.Body}, -1
		return nil
	}
	return newProblem("unsupported_media_type", "Send the body as it is, or with Content-Encoding: gzip.").
		Set("Accept-Encoding", "gzip")
}

// A packedBody reads what a gzipped body, of one part or of several, unpacks
// to.
type packedBody struct {
	io.ReadCloser // as it comes
	from          *gzip.Reader
	came, made    int64 // bytes
}

// Read unpacks as much as has come. A body that is no gzip, or ends too early,
// is the caller's fault.
func (p *packedBody) Read(b []byte) (n int, err error) {
	if p.from == nil {
		p.from, err = gzip.NewReader(wire{p})
	}
	if err == nil {
		n, err = p.from.Read(b)
	}
	p.made += int64(n)
	var told *problem
	switch {
	case err == nil, err == io.EOF, errors.As(err, &told):
		return n, err
	}
	return n, errNoGzip
}

// A wire is the body of a packedBody as it comes.
type wire struct{ *packedBody }

func (w wire) Read(b []byte) (int, error) {
	if w.came > maxPacked+2*w.made {
		return 0, errNoGzip
	}
	n, err := w.ReadCloser.Read(b)
	w.came += int64(n)
	return n, err
}

var errNoGzip = newProblem("invalid_gzip", "The body is not what its Content-Encoding says: gzip, whole and without anything behind it.").
	Set("Connection", "close")

// sent is the body as it comes.
func sent(r *http.Request) io.Reader {
	if p, ok := r.Body.(*packedBody); ok {
		return p.ReadCloser
	}
	return r.Body
}
