package api

import (
	"net/http"
	"strings"

	"github.com/rs/cors"
)

// corsMaxAge is for how many seconds a browser may remember what it was allowed.
const corsMaxAge = 600

// exposed are the headers of answers that pages may read, beside those that every
// page may read.
var exposed = []string{
	"Accept-Patch", "Allow", "Content-Disposition", "ETag", "Idempotency-Replayed", "Job-Id", "Location", "Preference-Applied",
	"RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id",
}

// crossOrigin lets the pages of some origins call the API from a browser, as the
// Fetch standard describes it (https://fetch.spec.whatwg.org/#http-cors-protocol).
// It answers the browser's preflight on every path, before a key is asked for:
// browsers send none with it. Any header may be sent. A key is one of them, and
// cookies are never allowed, so a page can do nothing for which it has no key.
// The pages below /admin do use a cookie, and /metrics needs no key: they stay out
// of reach.
func (s *server) crossOrigin(next http.Handler) http.Handler {
	if len(s.Origins) == 0 {
		return next
	}
	shared := cors.New(cors.Options{
		AllowedOrigins: s.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{"*"},
		ExposedHeaders: exposed,
		MaxAge:         corsMaxAge,
	}).Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path+"/", "/admin/") || r.URL.Path == "/metrics" {
			next.ServeHTTP(w, r)
			return
		}
		shared.ServeHTTP(w, r)
	})
}
