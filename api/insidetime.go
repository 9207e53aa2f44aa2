package api

import (
	"context"
	"net/http"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
)

// insideWithin serves a call of a page, for so long. A call that takes longer is ended
// and answered with a problem. It panics like [server.inside] if the visitor has left.
func (s *server) insideWithin(visit *call, r *http.Request, most time.Duration) (a dashboard.Answer) {
	ctx, cancel := context.WithTimeout(r.Context(), most)
	defer cancel()
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler && ctx.Err() != nil && visit.ctx().Err() == nil:
			a = tookTooLong() // the call itself cannot tell its page from a caller who has left
		default:
			panic(p)
		}
	}()
	return s.answerInside(r.WithContext(ctx))
}

// tookTooLong is the answer to a call for which its page waits no longer.
func tookTooLong() dashboard.Answer {
	line, _ := web.NewProblem("query_timeout", "This took too long. Try again.").Line() // never fails
	return dashboard.Answer{Status: http.StatusServiceUnavailable, Header: http.Header{}, Body: line}
}
