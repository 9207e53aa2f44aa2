package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A prefer is what a caller wishes by RFC 7240. A wish that cannot be read is
// passed over, as that document asks.
type prefer struct {
	wait  time.Duration // 0: answer at once
	async bool
}

// preferOf reads the Prefer headers; of a wish that comes twice the first
// counts. A wait beyond [MaxWait] is shortened.
func preferOf(h http.Header) prefer {
	var p prefer
	waited := false
	for _, v := range h.Values("Prefer") {
		for part := range strings.SplitSeq(v, ",") {
			wish, _, _ := strings.Cut(part, ";")
			name, value, _ := strings.Cut(wish, "=")
			name, value = strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)
			switch {
			case name == "respond-async":
				p.async = true
			case name == "wait" && !waited:
				if n, err := strconv.ParseUint(value, 10, 31); err == nil {
					p.wait = min(time.Duration(n)*time.Second, MaxWait)
					waited = true
				}
			}
		}
	}
	return p
}

// applied is the Preference-Applied header, "" for none.
func (p prefer) applied() string {
	var parts []string
	if p.async {
		parts = append(parts, "respond-async")
	}
	if p.wait > 0 {
		parts = append(parts, "wait="+strconv.Itoa(int(p.wait/time.Second)))
	}
	return strings.Join(parts, ", ")
}
