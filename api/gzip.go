package api

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

const (
	// gzipAbove is how large an answer must be to be worth it, in bytes.
	gzipAbove = 1 << 10
	// gzipPiece is how much of an answer is compressed at a time.
	gzipPiece = 64 << 10
)

// A gzipWriter gzips an answer of more than gzipAbove bytes for a caller who
// accepts that. What has been written is sent on with each Flush. It keeps no
// state between two pieces but their size, and a slow reader holds no more than
// one compressed piece.
type gzipWriter struct {
	http.ResponseWriter
	codings  codings
	headOnly bool // the answer has no body

	status int
	held   []byte // of the beginning, until it is known how to send it
	begun  bool
	packed *gzip.Writer // nil for an answer that is sent as it is
	out    bytes.Buffer // what packed has made
}

func newGzipWriter(w http.ResponseWriter, r *http.Request) *gzipWriter {
	return &gzipWriter{ResponseWriter: w, codings: codingsOf(r.Header), headOnly: r.Method == http.MethodHead}
}

// Unwrap lets [http.ResponseController] reach the connection.
func (g *gzipWriter) Unwrap() http.ResponseWriter { return g.ResponseWriter }

// WriteHeader notes the status; it is sent with the first bytes.
func (g *gzipWriter) WriteHeader(status int) {
	switch {
	case status < 200:
		g.ResponseWriter.WriteHeader(status)
	case g.status == 0:
		g.status = status
	}
}

// Write sends bytes, or holds them as long as all may be too few to compress.
func (g *gzipWriter) Write(b []byte) (int, error) {
	if !g.begun && len(g.held)+len(b) <= gzipAbove {
		g.held = append(g.held, b...)
		return len(b), nil
	}
	if err := g.begin(b); err != nil {
		return 0, err
	}
	if g.packed == nil {
		return g.ResponseWriter.Write(b)
	}
	return len(b), g.pack(b)
}

// FlushError sends all that was written. An answer that is flushed before its
// end is compressed whatever its size, which nobody knows yet.
func (g *gzipWriter) FlushError() error {
	if err := g.begin(nil); err != nil {
		return err
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// End sends what is left. It is not called for an answer that broke off, so
// that its reader sees no whole one.
func (g *gzipWriter) End() {
	if !g.begun {
		_ = g.start(g.codings.identity) // who left needs no answer
	}
	if g.packed != nil {
		_ = g.packed.Close()
		_ = g.deliver()
	}
}

// begin starts an answer that is large, or of unknown size; next is what
// follows on what is held.
func (g *gzipWriter) begin(next []byte) error {
	if g.begun {
		return nil
	}
	h := g.Header()
	if _, said := h["Content-Type"]; !said && len(g.held)+len(next) > 0 {
		start := append(g.held[:len(g.held):len(g.held)], next[:min(len(next), 512)]...)
		h.Set("Content-Type", http.DetectContentType(start))
	}
	return g.start(false)
}

// start sends the header and what is held.
func (g *gzipWriter) start(plain bool) error {
	g.begun = true
	h := g.Header()
	packs := !plain && g.codings.gzip && g.compressible()
	h.Add("Vary", "Accept-Encoding")
	if packs {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		h.Del("Accept-Ranges")
		// The ETag stays as it is: it is the version, which callers send back
		// with If-Match, and Vary keeps a cache from mixing the two forms up.
		g.packed, _ = gzip.NewWriterLevel(&g.out, gzip.StatelessCompression) // a level that there is
	}
	if g.status != 0 {
		g.ResponseWriter.WriteHeader(g.status)
	}
	held := g.held
	g.held = nil
	switch {
	case len(held) == 0:
		return nil
	case packs:
		return g.pack(held)
	}
	_, err := g.ResponseWriter.Write(held)
	return err
}

// compressible reports whether the answer is one that gains by it. Events are
// small, and none may wait for others.
func (g *gzipWriter) compressible() bool {
	h := g.Header()
	if g.status == http.StatusNoContent || g.status == http.StatusNotModified ||
		h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" {
		return false
	}
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind != "text/event-stream" && (strings.HasPrefix(kind, "text/") ||
		strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript"))
}

// pack compresses bytes and sends them.
func (g *gzipWriter) pack(b []byte) error {
	if g.headOnly {
		return nil
	}
	for len(b) > 0 {
		piece := b[:min(len(b), gzipPiece)]
		b = b[len(piece):]
		_, _ = g.packed.Write(piece) // into memory
		if err := g.deliver(); err != nil {
			return err
		}
	}
	return nil
}

// deliver sends what has been compressed.
func (g *gzipWriter) deliver() error {
	if g.headOnly {
		return nil
	}
	_, err := g.ResponseWriter.Write(g.out.Bytes())
	g.out.Reset()
	return err
}

// codings are the forms of an answer that a caller accepts.
type codings struct{ gzip, identity bool }

// codingsOf reads Accept-Encoding as RFC 9110 has it. Without one, and where
// the caller likes it better, the answer stays as it is.
func codingsOf(h http.Header) codings {
	liked := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "x-")
		if name != "" {
			liked[name] = weight(params)
		}
	}
	rest, any := liked["*"]
	gzip, named := liked["gzip"]
	if !named {
		gzip = rest
	}
	identity, named := liked["identity"]
	if !named && any {
		identity = rest
	}
	refused := (named || any) && identity == 0
	return codings{gzip: gzip > 0 && gzip >= identity, identity: !refused}
}

// weight reads the q of a coding; one that cannot be read is 0.
func weight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q > 0) {
				return 0
			}
			return q
		}
	}
	return 1
}
