package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits of a body that may have any size.
const (
	minBodyRate = 1 << 10        // bytes a second, on average
	MaxBodyTime = 24 * time.Hour // for all of it
)

// A LongBody is a body without a limit in size. Waiting for it is limited: on
// average it must bring minBodyRate bytes a second. A body that falls behind by
// a whole step is cut off, and so is one that takes longer than MaxBodyTime.
// The time that the server takes to process what it has read does not count.
type LongBody struct {
	r           *http.Request
	w           http.ResponseWriter
	arrived     time.Time
	step        time.Duration
	behind      time.Duration
	ended       atomic.Bool
	interrupted atomic.Bool
}

// NewLongBody returns the body of a request that arrived at some time.
func NewLongBody(w http.ResponseWriter, r *http.Request, arrived time.Time, step time.Duration) *LongBody {
	return &LongBody{r: r, w: w, arrived: arrived, step: step}
}

// Read waits for bytes as long as the rate of the body so far allows. If the call
// was ended, it returns the problem of [EndedBy].
func (b *LongBody) Read(p []byte) (int, error) {
	began := time.Now()
	deadline := began.Add(b.step - b.behind)
	if last := b.arrived.Add(MaxBodyTime); last.Before(deadline) {
		deadline = last
	}
	_ = http.NewResponseController(b.w).SetReadDeadline(deadline)
	// These are checked only now, so that the deadline just set cannot undo an
	// interruption.
	if why := EndedBy(b.r.Context()); why != nil {
		return 0, why
	}
	if b.interrupted.Load() {
		return 0, context.Canceled
	}
	n, err := b.r.Body.Read(p)
	paid := time.Duration(n) * time.Second / minBodyRate
	b.behind = max(0, b.behind+time.Since(began)-paid)
	if err == io.EOF {
		b.ended.Store(true)
	}
	return n, b.explain(err)
}

// explain says why a read has failed.
func (b *LongBody) explain(err error) error {
	var p *Problem
	if !errors.As(err, &p) || p.Code != "request_timeout" {
		return err
	}
	if why := EndedBy(b.r.Context()); why != nil {
		return why
	}
	told := *p
	told.Detail = fmt.Sprintf("The body came too slowly: it must bring at least %d bytes a second on average, and end within %v.", minBodyRate, MaxBodyTime)
	return &told
}

// Interrupt ends a read that waits for the caller, and all later ones. A body
// that was read to its end is left alone, so its connection stays usable.
func (b *LongBody) Interrupt() {
	b.interrupted.Store(true)
	if !b.ended.Load() {
		EndBody(b.w)
	}
}
