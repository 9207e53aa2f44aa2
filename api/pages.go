package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
	"bulkpatch/auth"
)

// Who may open a page of the dashboard, beside those with a key in a header: who has
// signed in, with the scopes of the calls that the page makes. A page that all may open
// is a page all the same: its forms must come from our own site.
var (
	openPage   = access{keyless: true, page: true}
	anyPage    = access{page: true}
	adminPage  = access{page: true, scopes: adminOnly.scopes}
	mainPage   = access{page: true, main: true, scopes: adminOnly.scopes}
	jobsPage   = access{page: true, scopes: readJobs.scopes}
	actPage    = access{page: true, scopes: writeJobs.scopes}
	redoPage   = access{page: true, scopes: redoJobs.scopes}
	readPage   = access{page: true, scopes: readCustomers.scopes}
	updatePage = access{page: true, scopes: []auth.Scope{auth.CustomersWrite}}
	editPage   = access{page: true, scopes: bothCustomers.scopes}
)

// pageRoutes lists the pages of the dashboard.
func (s *server) pageRoutes() []route {
	type d = *dashboard.Dashboard
	words := []Param{query("q", "string", "The id or the name of what is looked for, or the beginning of a job's id.")}
	asset := Content{[]string{"text/css", "text/javascript", "image/svg+xml"}, nil}
	return slices.Concat([]route{
		{"GET", dashboard.SignInPath, openPage, Reads, Cheap, []Param{
			query("to", "string", "The page to open after the sign-in."),
			query(onceParam, "string", "The token of a link that signs in once."),
		}, nothing, aPage, s.signInPage},
		{"POST", dashboard.SignInPath, openPage, Changes, Cheap, nil, aForm, aPage, s.signIn},
		{"POST", dashboard.SignOutPath, anyPage, Changes, Cheap, nil, nothing, aPage, s.signOut},
		{"GET", dashboard.AssetsPath + "{version}/{asset}", openPage, Reads, Cheap, nil, nothing, asset, s.asset},
		{"GET", dashboard.HomePath, anyPage, Reads, Paged, nil, nothing, aPage, s.page(d.Home)},
		{"GET", dashboard.AccessPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page(d.Access)},
		{"GET", dashboard.GoPath, anyPage, Reads, Paged, words, nothing, aPage, s.page(d.Go)},
		{"GET", dashboard.GoFoundPath, anyPage, Reads, Paged, words, nothing, aPage, s.page(d.GoFound)},
		{"GET", dashboard.HelpPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page(d.Help)},
		{"GET", dashboard.QueuesPath, mainPage, Reads, Paged, nil, nothing, aPage, s.page(d.Queues)},
	}, s.jobListPages(), s.jobPages(), s.composePages(), s.filePages(), s.customerPages(), s.keyPages())
}

// completePages adds the paths of pages with a slash at the end, and an answer to
// unknown pages.
func (s *server) completePages(paths map[string]*resource) {
	for at, res := range maps.Clone(paths) {
		if _, ok := res.format.(pageFormat); ok {
			paths[at+"/{$}"] = res
		}
	}
	paths[dashboard.HomePath+"/"] = &resource{server: s, format: pageFormat{nativeFormat{s}}}
}

// page serves a page of the dashboard.
func (s *server) page(show func(*dashboard.Dashboard, *dashboard.Visit) error) func(*call) error {
	return func(c *call) error { return show(s.dashboard, s.visit(c)) }
}

// formPage serves a form of a page; see [server.form].
func (s *server) formPage(take func(*dashboard.Dashboard, *dashboard.Visit) error) func(*call) error {
	return s.form(s.page(take))
}

// visit returns the call as a visit of a page.
func (s *server) visit(c *call) *dashboard.Visit {
	return &dashboard.Visit{
		ResponseWriter: c.w, Request: c.r, Key: c.key, Caller: c.caller(), CanSignOut: c.session, Form: c.form, Once: c.once,
		API: func(inner dashboard.Call) dashboard.Answer { return s.inside(c, inner) },
		CountJobs: func(ctx context.Context, query url.Values, most int64) (int64, error) {
			return s.countJobs(ctx, c, query, most)
		},
		Forward: func(inner dashboard.Call) { s.forward(c, inner) },
	}
}

var errNoAsset = web.NewProblem("unknown_path", "There is no such file. Load the page again.")

func (s *server) asset(c *call) error {
	if !dashboard.Asset(c.w, c.r.PathValue("version"), c.r.PathValue("asset")) {
		return errNoAsset
	}
	return nil
}

// pageFormat is how pages are answered.
type pageFormat struct{ nativeFormat }

// fail leads a visitor who has not signed in to the sign-in. Other problems become a
// page for browsers, and problem documents for programs.
func (f pageFormat) fail(c *call, p *web.Problem) {
	offered, err := web.Negotiate(c.r.Header, web.TypeProblem, typeHTML)
	switch {
	case p.Code == errMissingKey.Code:
		_ = c.redirect(signInFor(c.r)) // never fails
	case err == nil && offered == typeHTML:
		p.Note(c.w)
		f.dashboard.Fail(f.visit(c), p)
	default:
		p.Write(c.w)
	}
}

// signInFor returns the path of the sign-in that opens the page which the request
// asked for.
func signInFor(r *http.Request) string {
	if to := r.URL.RequestURI(); r.Method == http.MethodGet && to != dashboard.HomePath {
		return dashboard.SignInPath + "?" + url.Values{"to": {to}}.Encode()
	}
	return dashboard.SignInPath
}
