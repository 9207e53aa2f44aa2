package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

// An insideEnd is how a call of a page ended: with an answer, or with a panic.
type insideEnd struct {
	answer dashboard.Answer
	panics any
}

// insideWithin serves a call of a page, for so long. A call that takes longer is ended
// and answered with a problem; nobody waits until it has ended, because a database may
// take its time for that. It panics like [server.inside] if the visitor has left.
func (s *server) insideWithin(visit *call, r *http.Request, most time.Duration) dashboard.Answer {
	ctx, cancel := context.WithTimeout(r.Context(), most)
	defer cancel()
	ended := make(chan insideEnd, 1)
	go func() { ended <- s.endInside(r.WithContext(ctx)) }()
	var end insideEnd
	select {
	case end = <-ended:
	case <-ctx.Done():
		end.panics = http.ErrAbortHandler // as the call itself will
	}
	switch {
	case end.panics == nil:
		return end.answer
	case end.panics == http.ErrAbortHandler && ctx.Err() != nil && visit.ctx().Err() == nil:
		return tookTooLong() // the call itself cannot tell its page from a caller who has left
	}
	panic(end.panics)
}

// endInside serves a call of a page and returns how it ended. Nobody may be there to see
// a panic.
func (s *server) endInside(r *http.Request) (end insideEnd) {
	defer func() {
		end.panics = recover()
		if end.panics != nil && end.panics != http.ErrAbortHandler && r.Context().Err() != nil {
			s.Log.Error("a call of a page panicked", "path", model.Shown(r.URL.Path), "panic", web.ErrorText(fmt.Errorf("%v", end.panics)))
		}
	}()
	end.answer = s.answerInside(r)
	return end
}

// tookTooLong is the answer to a call for which its page waits no longer.
func tookTooLong() dashboard.Answer {
	line, _ := web.NewProblem("query_timeout", "This took too long. Try again.").Line() // never fails
	return dashboard.Answer{Status: http.StatusServiceUnavailable, Header: http.Header{}, Body: line}
}
