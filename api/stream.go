package api

import (
	"context"
	"net/http"
	"time"
)

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
	if err := s.flush(); err != nil {
		return err
	}
	// Gzipped it may be so little that the server would hold it back.
	return http.NewResponseController(s.c.w).Flush()
}

// flush sends all that has gathered. Each write has the step timeout, so that
// who reads less than streamBuffer in that time, about 1 KiB a second, is cut
// off; and none outlives the key.
func (s *stream) flush() error {
	if err := s.c.ctx().Err(); err != nil {
		return err
	}
	if !s.begun {
		s.begun = true
		context.AfterFunc(s.c.ctx(), s.cut)
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

// cut ends a write that waits for the reader when the key has ended, and takes
// back what has not reached the reader. A write that fails closes the connection.
func (s *stream) cut() {
	if s.c.keyEnded() {
		s.c.dropUnsent()
		_ = http.NewResponseController(s.c.w).SetWriteDeadline(time.Unix(1, 0))
	}
}
