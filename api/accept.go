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
	liked := make([]liking, len(offers))
	for part := range strings.SplitSeq(header, ",") {
		span, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		for i, offer := range offers {
			liked[i].take(fit(span, offer), params)
		}
	}
	best, bestQ := "", 0.0
	for i, offer := range offers {
		if liked[i].q > bestQ {
			best, bestQ = offer, liked[i].q
		}
	}
	if best == "" {
		return "", newProblem("not_acceptable", "This call answers with "+strings.Join(offers, ", ")+".")
	}
	return best, nil
}

// A liking is how much an Accept header likes a type: the most specific range
// that fits decides.
type liking struct {
	q    float64
	rank int // of the range that decided, 0 for none
}

// take lets a range decide that fits better than those before.
func (l *liking) take(rank int, params map[string]string) {
	if rank <= l.rank {
		return
	}
	l.q, l.rank = 1, rank
	if text, ok := params["q"]; ok {
		var err error
		if l.q, err = strconv.ParseFloat(text, 64); err != nil {
			l.q = 0
		}
	}
}

// fit is how specifically a range speaks of a type, 0 for not at all.
func fit(span, offer string) int {
	kind, _, _ := strings.Cut(offer, "/")
	switch span {
	case offer, strings.Replace(offer, "application/x-", "application/", 1):
		return 3
	case kind + "/*":
		return 2
	case "*/*":
		return 1
	}
	return 0
}
