package api

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-chi/httprate"

	"bulkpatch/api/web"
)

// MaxRate is the largest [Config.Rate].
const MaxRate = 1_000_000

// rateWindow is the time over which calls are counted. rateReset is the same in
// seconds, as headers have it.
const (
	rateWindow = time.Second
	rateReset  = "1"
)

// A callRate limits how many calls a key may make. It counts the calls of the
// last second, the window of a second sliding with the time, and remembers only
// keys that have called within two seconds.
type callRate struct {
	most    int
	counted *httprate.RateLimiter
}

// newCallRate returns a limit of so many calls a second; nil for 0, which is
// none.
func newCallRate(most int) *callRate {
	if most == 0 {
		return nil
	}
	return &callRate{most, httprate.NewRateLimiter(most, rateWindow, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))}
}

// take counts a call of a live key, or refuses it. In both cases it tells the
// caller the limit and how much of it remains, by the fields RateLimit-Policy and
// RateLimit of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/:
// q calls in w seconds, of which r remain, and all again after t seconds. A refused
// call does not count.
func (l *callRate) take(c *call) error {
	if l == nil {
		return nil
	}
	key := strconv.FormatInt(c.key.ID, 10)
	refused := l.counted.OnLimit(c.w, c.r, key)
	_, used, _ := l.counted.Status(key) // counting in memory does not fail
	remaining := max(0, l.most-int(math.Round(used)))
	if refused {
		remaining = 0
	}
	h := c.w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"default";q=%d;w=%s`, l.most, rateReset))
	h.Set("RateLimit", fmt.Sprintf(`"default";r=%d;t=%s`, remaining, rateReset))
	if !refused {
		return nil
	}
	return web.NewProblem("rate_limited", fmt.Sprintf("This key has made %d calls within a second, which is the limit. Wait a second, and send fewer.", l.most)).
		Set("Retry-After", rateReset)
}
