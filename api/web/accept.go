package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Negotiate returns the offered media type that the caller prefers. The first
// offer wins among equals, and where there is no Accept header.
func Negotiate(h http.Header, offers ...string) (string, error) {
	header := strings.Join(h.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return offers[0], nil
	}
	found := make([]preference, len(offers))
	for part := range strings.SplitSeq(header, ",") {
		span, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		for i, offer := range offers {
			found[i].take(fit(span, offer), params)
		}
	}
	best, bestQ := "", 0.0
	for i, offer := range offers {
		if found[i].q > bestQ {
			best, bestQ = offer, found[i].q
		}
	}
	if best == "" {
		return "", NewProblem("not_acceptable", "This call answers with "+strings.Join(offers, ", ")+".")
	}
	return best, nil
}

// A preference is the weight that an Accept header gives to a type. It is that
// of the most specific range that covers the type.
type preference struct {
	q    float64
	rank int // how specific that range is, 0 for none
}

// take takes the weight of a range that is more specific than those before.
func (l *preference) take(rank int, params map[string]string) {
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

// fit returns how specifically a range covers a type, 0 for not at all.
func fit(span, offer string) int {
	major, _, _ := strings.Cut(offer, "/")
	switch span {
	case offer, strings.Replace(offer, "application/x-", "application/", 1):
		return 3
	case major + "/*":
		return 2
	case "*/*":
		return 1
	}
	return 0
}
