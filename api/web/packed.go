package web

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// A Packed is a body that stays the same for all callers. It is compressed once, as well
// as that can be done, when the first caller asks for that. It is safe for concurrent
// use.
type Packed struct {
	content []byte
	gzipped func() []byte
}

// NewPacked returns the body with a content, which must not change any more.
func NewPacked(content []byte) *Packed {
	return &Packed{content, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails only for an unknown level
		_, _ = w.Write(content)                               // into memory, so it cannot fail
		_ = w.Close()
		return b.Bytes()
	})}
}

// Send answers a request with the body, in the form that the caller accepts. Its headers
// are set already, except those of that form.
func (p *Packed) Send(w http.ResponseWriter, r *http.Request) {
	body := p.content
	if len(body) > gzipAbove && codingsOf(r.Header).gzip {
		body = p.gzipped()
		w.Header().Set("Content-Encoding", "gzip") // a GzipWriter then leaves it as it is
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a caller who has left needs no answer
}
