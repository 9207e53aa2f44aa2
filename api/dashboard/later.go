package dashboard

import (
	"errors"
	"net/http"
	"time"

	"bulkpatch/api/web"
)

// firstWithin is how long the first answer of a page waits for what may take long. It
// is answered without that then, and the rest follows in a request of its own.
const firstWithin = 50 * time.Millisecond

// waitParam says in the address of a page that its visitor waits for all of it.
const waitParam = "wait"

// tookTooLong reports whether a call was ended because it took longer than it may.
func tookTooLong(err error) bool {
	var p *web.Problem
	return errors.As(err, &p) && p.Code == "query_timeout"
}

// first makes calls of the API for which the first answer of a page does not wait long.
// read reports whether one of them took longer than it may. Then first returns the
// address of the same page with all of it, for the script later.js or a link; otherwise
// "". The answer to a form, and that to this address, waits as long as the API lets it.
func (v *Visit) first(read func() (tooLong bool)) (later string) {
	if v.Request.Method == http.MethodPost || v.query(waitParam) != "" {
		read()
		return ""
	}
	v.Within = firstWithin
	defer func() { v.Within = 0 }()
	if !read() {
		return ""
	}
	q := v.Request.URL.Query()
	q.Set(waitParam, "1")
	return withQuery(v.Request.URL.EscapedPath(), q)
}
