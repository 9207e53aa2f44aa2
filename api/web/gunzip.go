package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// maxPacked limits the size of a gzipped body to twice the size of what it
// unpacks to, and this many bytes more. Otherwise a body of empty parts could
// go on for ever.
const maxPacked = 64 << 10

// Unpack replaces a gzipped body by one that unpacks it while it is read, so
// that all limits count unpacked bytes. It returns a problem for any other
// encoding, and must be called once, before anything is read.
func Unpack(r *http.Request) error {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ",")))
	switch coding {
	case "", "identity":
		return nil
	case "gzip", "x-gzip":
		r.Body, r.ContentLength = &packedBody{ReadCloser: r.Body}, -1
		return nil
	}
	return NewProblem("unsupported_media_type", "Send the body as it is, or with Content-Encoding: gzip.").
		Set("Accept-Encoding", "gzip")
}

// A packedBody reads what a gzipped body, of one part or of several, unpacks
// to.
type packedBody struct {
	io.ReadCloser // as it comes
	part          *gzip.Reader
	rest          *bufio.Reader // what comes behind the part
	came, made    int64         // bytes read, and bytes unpacked
}

// Read unpacks as much as has come. It returns a problem for a body that is not
// gzip or ends too early.
func (p *packedBody) Read(b []byte) (n int, err error) {
	if p.part == nil {
		p.rest, p.part = bufio.NewReader(wire{p}), new(gzip.Reader)
		err = p.begin()
	}
	if err == nil {
		if n, err = p.part.Read(b); err == io.EOF {
			err = p.begin()
		}
	}
	p.made += int64(n)
	var told *Problem
	switch {
	case err == nil, err == io.EOF, errors.As(err, &told):
		return n, err
	}
	return n, errNoGzip
}

// begin begins a part, or returns io.EOF where there is none. The reader must not
// do so itself: to it, a body that breaks off in the name of a part ends well.
func (p *packedBody) begin() error {
	if _, err := p.rest.Peek(1); err != nil {
		return err
	}
	err := p.part.Reset(p.rest)
	p.part.Multistream(false)
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A wire reads the body of a packedBody as it comes, up to the limit.
type wire struct{ *packedBody }

func (w wire) Read(b []byte) (int, error) {
	if w.came > maxPacked+2*w.made {
		return 0, errNoGzip
	}
	n, err := w.ReadCloser.Read(b)
	w.came += int64(n)
	return n, err
}

var errNoGzip = NewProblem("invalid_gzip", "The body is not what its Content-Encoding says: gzip, whole and without anything behind it.").
	Set("Connection", "close")

// packed returns the body as it comes, before it is unpacked.
func packed(r *http.Request) io.Reader {
	if p, ok := r.Body.(*packedBody); ok {
		return p.ReadCloser
	}
	return r.Body
}
