package dashboard

import (
	"net/http"

	"bulkpatch/api/web"
)

// Fail answers with a page that says what is wrong.
func Fail(w http.ResponseWriter, p *web.Problem) {
	p.SetHeaders(w.Header())
	_ = show(w, p.Status, "failure", frame{Title: p.Title, Page: p}) // the template takes every problem
}
