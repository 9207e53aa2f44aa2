package api

import "net/http"

// streamBuffer is how much of a stream is gathered before it is sent.
const streamBuffer = 64 << 10

// A stream is an answer of unknown length. Its headers go out with the first
// bytes, so that a failure before them is still a problem document.
type stream struct {
	c         *call
	mediaType string
	filename  string // offered to browsers, "" for none
	buf       []byte
	begun     bool
}

// put adds bytes, and sends what has gathered.
func (s *stream) put(b []byte) error {
	s.buf = append(s.buf, b...)
	if len(s.buf) < streamBuffer {
		return nil
	}
	return s.flush()
}

// flush sends all that has gathered.
func (s *stream) flush() error {
	if !s.begun {
		s.begun = true
		h := s.c.w.Header()
		h.Set("Content-Type", s.mediaType)
		if s.filename != "" {
			h.Set("Content-Disposition", `attachment; filename="`+s.filename+`"`)
		}
		s.c.w.WriteHeader(http.StatusOK)
	}
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.c.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}
