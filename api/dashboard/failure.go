package dashboard

import "bulkpatch/api/web"

// A failure says what is wrong.
type failure struct{ Title, Detail string }

// Fail answers with a page that says what is wrong. The key of the visit may be zero.
func (d *Dashboard) Fail(v *Visit, p *web.Problem) {
	page := failure{p.Title, p.Detail}
	if p.Code == "missing_scope" || p.Code == "forbidden_workspace" {
		page.Title = "Not for this key" // it is a page that is missed, not a call
	}
	f := frame{Title: page.Title, Environment: d.environment, Page: page}
	if v.Key.Name != "" {
		f = d.visited(v, page.Title, "", page)
	}
	p.SetHeaders(v.Header())
	_ = show(v, p.Status, "failure", f) // the template takes every failure
}
