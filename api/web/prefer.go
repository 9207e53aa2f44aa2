package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Prefer is what a caller prefers (RFC 7240).
type Prefer struct {
	Wait  time.Duration // how long to wait for the end; 0: answer at once
	Async bool          // answer at once, and do the work later
}

// PreferOf reads the Prefer headers. A preference that cannot be read is
// ignored, as RFC 7240 asks; of one that is given twice the first counts. A wait
// is shortened to maxWait.
func PreferOf(h http.Header, maxWait time.Duration) Prefer {
	var p Prefer
	waited := false
	for _, v := range h.Values("Prefer") {
		for part := range strings.SplitSeq(v, ",") {
			preference, _, _ := strings.Cut(part, ";")
			name, value, _ := strings.Cut(preference, "=")
			name, value = strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)
			switch {
			case name == "respond-async":
				p.Async = true
			case name == "wait" && !waited:
				if n, err := strconv.ParseUint(value, 10, 31); err == nil {
					p.Wait = min(time.Duration(n)*time.Second, maxWait)
					waited = true
				}
			}
		}
	}
	return p
}

// Applied returns the Preference-Applied header, "" for none.
func (p Prefer) Applied() string {
	var parts []string
	if p.Async {
		parts = append(parts, "respond-async")
	}
	if p.Wait > 0 {
		parts = append(parts, "wait="+strconv.Itoa(int(p.Wait/time.Second)))
	}
	return strings.Join(parts, ", ")
}
