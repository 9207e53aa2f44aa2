package web

import (
	"context"
	"net/http"
	"time"
)

// streamBuffer is how many bytes of a stream are gathered before they are
// sent.
const streamBuffer = 64 << 10

// A Stream is an answer of unknown length. Its headers are sent with the first
// bytes, so that a failure before them can still be answered with a problem
// document.
type Stream struct {
	// MediaType is the Content-Type of the answer.
	MediaType string
	// Filename is what browsers are offered to save the answer as; "" for
	// none.
	Filename string

	w     http.ResponseWriter
	ctx   context.Context
	buf   []byte
	begun bool
}

// NewStream returns a stream that is written to w until ctx ends. Where ctx
// was cancelled with a problem (see [EndedBy]), a write that waits for the
// reader ends at once, and what the reader has not received is dropped.
func NewStream(ctx context.Context, w http.ResponseWriter) *Stream {
	return &Stream{ctx: ctx, w: w}
}

// Append adds bytes without sending anything.
func (s *Stream) Append(b []byte) { s.buf = append(s.buf, b...) }

// Put adds bytes, and sends what has gathered once that is enough.
func (s *Stream) Put(b []byte) error {
	s.Append(b)
	if len(s.buf) < streamBuffer {
		return nil
	}
	if err := s.Flush(); err != nil {
		return err
	}
	// Compressed it may be so little that the server would hold it back.
	return http.NewResponseController(s.w).Flush()
}

// Flush sends all that has gathered. Each write has the time limit of one
// write, so a reader that takes less than streamBuffer in that time is cut
// off: about 1 KiB a second.
func (s *Stream) Flush() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if !s.begun {
		s.begin()
	}
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

// begin sends the headers.
func (s *Stream) begin() {
	s.begun = true
	context.AfterFunc(s.ctx, s.cut)
	h := s.w.Header()
	h.Set("Content-Type", s.MediaType)
	if s.Filename != "" {
		h.Set("Content-Disposition", `attachment; filename="`+s.Filename+`"`)
	}
	s.w.WriteHeader(http.StatusOK)
}

// cut interrupts a write that waits for the reader. A write that fails closes
// the connection.
func (s *Stream) cut() {
	if EndedBy(s.ctx) != nil {
		DropUnsent(s.ctx)
		_ = http.NewResponseController(s.w).SetWriteDeadline(time.Unix(1, 0))
	}
}
