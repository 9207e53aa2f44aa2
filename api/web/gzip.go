package web

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

const (
	// gzipAbove is the size in bytes above which an answer is compressed.
	gzipAbove = 1 << 10
	// gzipPiece is how many bytes of an answer are compressed at a time.
	gzipPiece = 64 << 10
)

// A GzipWriter compresses an answer of more than gzipAbove bytes for a caller
// who accepts gzip. Each Flush sends all that was written. A slow reader keeps
// no more than one compressed piece in memory.
type GzipWriter struct {
	http.ResponseWriter
	codings  codings
	headOnly bool // the answer has no body

	status int
	held   []byte // the beginning, until it is known whether to compress
	begun  bool
	packed *gzip.Writer // nil for an answer that is not compressed
	out    bytes.Buffer // compressed bytes that were not sent yet
}

// NewGzipWriter returns a writer for the answer to a request.
func NewGzipWriter(w http.ResponseWriter, r *http.Request) *GzipWriter {
	return &GzipWriter{ResponseWriter: w, codings: codingsOf(r.Header), headOnly: r.Method == http.MethodHead}
}

// Unwrap lets [http.ResponseController] reach the connection.
func (g *GzipWriter) Unwrap() http.ResponseWriter { return g.ResponseWriter }

// WriteHeader notes the status, which is sent with the first bytes.
func (g *GzipWriter) WriteHeader(status int) {
	switch {
	case status < 200:
		g.ResponseWriter.WriteHeader(status)
	case g.status == 0:
		g.status = status
	}
}

// Write sends bytes. It holds them back while the whole answer may still be too
// small to compress.
func (g *GzipWriter) Write(b []byte) (int, error) {
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
// end is compressed whatever its size, because its size is not known yet.
func (g *GzipWriter) FlushError() error {
	if err := g.begin(nil); err != nil {
		return err
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// End sends the rest. It must not be called for an answer that was cut
// off: its reader would take it for a complete one.
func (g *GzipWriter) End() {
	if !g.begun {
		coding := gzipped
		if g.codings.identity {
			coding = plain
		}
		_ = g.start(coding) // a caller who has left needs no answer
	}
	if g.packed != nil {
		_ = g.packed.Close()
		_ = g.deliver()
	}
}

// begin starts an answer that is large, or of unknown size. next are the bytes
// that follow those held back.
func (g *GzipWriter) begin(next []byte) error {
	if g.begun {
		return nil
	}
	h := g.Header()
	if _, said := h["Content-Type"]; !said && len(g.held)+len(next) > 0 {
		start := append(g.held[:len(g.held):len(g.held)], next[:min(len(next), 512)]...)
		h.Set("Content-Type", http.DetectContentType(start))
	}
	return g.start(gzipped)
}

// A coding says how an answer is sent.
type coding int

const (
	plain   coding = iota
	gzipped        // where the caller accepts that and the answer gains by it
)

// start sends the headers and what was held back.
func (g *GzipWriter) start(how coding) error {
	g.begun = true
	h := g.Header()
	packs := how == gzipped && g.codings.gzip && g.compressible()
	h.Add("Vary", "Accept-Encoding")
	if packs {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		h.Del("Accept-Ranges")
		// The ETag stays the same: it is the version, which callers send back
		// with If-Match, and Vary keeps caches from confusing the two forms.
		g.packed, _ = gzip.NewWriterLevel(&g.out, gzip.StatelessCompression) // fails only for an unknown level
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

// compressible reports whether the answer gains by compression. Events do not:
// they are small, and each is sent at once.
func (g *GzipWriter) compressible() bool {
	h := g.Header()
	if g.status == http.StatusNoContent || g.status == http.StatusNotModified ||
		h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" {
		return false
	}
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media != "text/event-stream" && (strings.HasPrefix(media, "text/") ||
		strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml") || strings.HasSuffix(media, "javascript"))
}

// pack compresses bytes and sends them.
func (g *GzipWriter) pack(b []byte) error {
	if g.headOnly {
		return nil
	}
	for len(b) > 0 {
		piece := b[:min(len(b), gzipPiece)]
		b = b[len(piece):]
		_, _ = g.packed.Write(piece) // into memory, so it cannot fail
		if err := g.deliver(); err != nil {
			return err
		}
	}
	return nil
}

// deliver sends the compressed bytes.
func (g *GzipWriter) deliver() error {
	if g.headOnly {
		return nil
	}
	_, err := g.ResponseWriter.Write(g.out.Bytes())
	g.out.Reset()
	return err
}

// codings says which content codings a caller accepts.
type codings struct{ gzip, identity bool }

// codingsOf reads Accept-Encoding (RFC 9110). Without that header, and where
// the caller prefers identity, the answer is not compressed.
func codingsOf(h http.Header) codings {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "x-")
		if name != "" {
			weights[name] = weight(params)
		}
	}
	rest, any := weights["*"]
	gzip, named := weights["gzip"]
	if !named {
		gzip = rest
	}
	identity, named := weights["identity"]
	if !named && any {
		identity = rest
	}
	refused := (named || any) && identity == 0
	return codings{gzip: gzip > 0 && gzip >= identity, identity: !refused}
}

// weight reads the q of a coding. It is 0 where it cannot be read.
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
