package dashboard

import (
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
)

// A failure says what is wrong.
type failure struct{ Title, Detail string }

// Fail answers with a page that says what is wrong. The key of the visit may be zero.
func (d *Dashboard) Fail(v *Visit, p *web.Problem) {
	page := failure{p.Title, p.Detail}
	switch p.Code { // a person has opened a page, and knows of no call
	case "missing_scope", "forbidden_workspace":
		_, advice := words.Reason(p.Code)
		page.Title = "Not for this key"
		page.Detail = strings.Replace(p.Detail, "This call needs", "This needs", 1) + " " + advice
	case "unknown_path":
		page.Detail = "No page has this address. Perhaps it was not copied as a whole; the overview leads to all pages."
	}
	f := frame{Title: page.Title, Environment: d.environment, Page: page}
	if v.Key.Name != "" {
		f = d.visited(v, page.Title, "", page)
	}
	p.SetHeaders(v.Header())
	_ = show(v, p.Status, "failure", f) // the template takes every failure
}
