package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"bulkpatch/api/web"
)

// A documentJSON is an OpenAPI document.
type documentJSON map[string]any

// A reference is the OpenAPI document of the process with its entity tag.
type reference struct {
	text *web.Packed
	tag  string
}

// newReference returns nil for no document.
func newReference(text []byte) *reference {
	if len(text) == 0 {
		return nil
	}
	sum := sha256.Sum256(text)
	return &reference{web.NewPacked(text), `"` + hex.EncodeToString(sum[:16]) + `"`}
}

// openAPI answers with the OpenAPI document. It changes only with the process, so it may
// be kept as long as it is asked for again.
func (s *server) openAPI(c *call) error {
	if s.reference == nil {
		return web.NewProblem("unknown_path", "This process offers no OpenAPI document.")
	}
	h := c.w.Header()
	h.Set("ETag", s.reference.tag)
	h.Set("Cache-Control", "no-cache")
	if web.MatchesTag(c.r.Header.Values("If-None-Match"), s.reference.tag) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", web.TypeJSON)
	s.reference.text.Send(c.w, c.r)
	return nil
}
