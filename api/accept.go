package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// negotiate picks the offered media type that the caller likes best; offers
// come in our own order of preference.
func negotiate(h http.Header, offers ...string) (string, error) {
	header := strings.Join(h.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return offers[0], nil
	}
	best, bestQ := "", 0.0
	for _, offer := range offers {
		if q := quality(header, offer); q > bestQ {
			best, bestQ = offer, q
		}
	}
	if best == "" {
		return "", newProblem("not_acceptable", "This call answers with "+strings.Join(offers, ", ")+".")
	}
	return best, nil
}

// quality is how much an Accept header likes a type: the most specific range
// that fits decides.
func quality(header, offer string) float64 {
	kind, _, _ := strings.Cut(offer, "/")
	q, rank := 0.0, 0
	for part := range strings.SplitSeq(header, ",") {
		span, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		fits := 0
		switch {
		case span == offer || "application/x-"+strings.TrimPrefix(span, "application/") == offer:
			fits = 3
		case span == kind+"/*":
			fits = 2
		case span == "*/*":
			fits = 1
		}
		if fits <= rank {
			continue
		}
		q, rank = 1, fits
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				q = 0
			}
		}
	}
	return q
}
