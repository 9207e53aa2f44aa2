package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// What a body without a limit in size must bring, so that none goes on for
// ever.
const (
	minBodyRate = 1 << 10 // bytes a second
	maxBodyTime = 24 * time.Hour
)

// A longBody is a body without a limit in size. Each second of waiting for it
// must be paid for by minBodyRate bytes; one that is behind by a whole step is
// cut off, as is one that takes longer than maxBodyTime in all. Our own
// slowness costs nobody anything.
type longBody struct {
	call        *call
	control     *http.ResponseController
	step        time.Duration
	behind      time.Duration
	ended       atomic.Bool
	interrupted atomic.Bool
}

func newLongBody(c *call, step time.Duration) *longBody {
	return &longBody{call: c, control: http.NewResponseController(c.w), step: step}
}

// Read reads for as long as what has come allows.
func (b *longBody) Read(p []byte) (int, error) {
	began := time.Now()
	deadline := began.Add(b.step - b.behind)
	if last := b.call.arrived().Add(maxBodyTime); last.Before(deadline) {
		deadline = last
	}
	_ = b.control.SetReadDeadline(deadline)
	// Only now is it certain that the deadline does not undo an interruption.
	if b.call.keyEnded() {
		return 0, errKeyEnded
	}
	if b.interrupted.Load() {
		return 0, context.Canceled
	}
	n, err := b.call.r.Body.Read(p)
	paid := time.Duration(n) * time.Second / minBodyRate
	b.behind = max(0, b.behind+time.Since(began)-paid)
	if err == io.EOF {
		b.ended.Store(true)
	}
	return n, b.explain(err)
}

// explain says why a read has failed.
func (b *longBody) explain(err error) error {
	var p *problem
	if !errors.As(err, &p) || p.Code != "request_timeout" {
		return err
	}
	if b.call.keyEnded() {
		return errKeyEnded
	}
	told := *p
	told.Detail = fmt.Sprintf("The body came too slowly: it must bring at least %d bytes a second on average, and end within %v.", minBodyRate, maxBodyTime)
	return &told
}

// interrupt ends a read that waits for the caller. After a body that was read
// to its end there is none, and the connection stays usable.
func (b *longBody) interrupt() {
	b.interrupted.Store(true)
	if !b.ended.Load() {
		_ = b.control.SetReadDeadline(time.Unix(1, 0))
	}
}
