package bench

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkPages opens each page of the dashboard as somebody who has signed in, in an
// installation with many customers, jobs, keys and audit entries. first is what a
// browser gets first, and later what a script then asks for by itself. ms-median and
// ms-p95 are from the request to the end of the answer, and cpu-ms is what the server's
// process used for it, all that it does in the background included; PostgreSQL's
// processes are not. At full size, which takes some minutes to fill:
//
//	go test ./bench -run '^$' -bench Pages -benchtime 20x -jobs 1000000 -records 1000000 -timeout 1h
func BenchmarkPages(b *testing.B) {
	program := binary(b)
	file := pagesFile(b, program)
	b.Run("SQLite", func(b *testing.B) {
		openPages(b, program, "sqlite://"+file)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		openPages(b, program, copiedToCluster(b, program, file))
	})
}

// openPages measures the pages of an installation.
func openPages(b *testing.B, program, db string) {
	b.Helper()
	s := serve(b, program, db, "embedded")
	defer s.stop(b)
	p := s.prepare(b)
	v := s.visit(b)
	var slowest time.Duration
	var its string
	for _, page := range p.first(b, s) {
		b.Run("first/"+page.name, func(b *testing.B) {
			if took := v.measure(b, page.path); took > slowest {
				slowest, its = took, page.name
			}
		})
	}
	b.Logf("the slowest first answer is that of %s, %v at the median", its, slowest.Round(time.Millisecond))
	for _, page := range later {
		b.Run("later/"+page.name, func(b *testing.B) { v.measure(b, page.path, page.form...) })
	}
	p.followUps(b, v)
	p.end(b, s)
}

// A page is an address of the dashboard, and what is sent there if it is a form: names
// and values in turn.
type page struct {
	name, path string
	form       []string
}

// first are the pages with what a browser gets first.
func (p prepared) first(b *testing.B, s *server) []page {
	b.Helper()
	const jobs, customers = "/admin/jobs", "/admin/customers/desk"
	return []page{
		{name: "overview", path: "/admin"},
		{name: "jobs", path: jobs},
		{name: "jobs of all kinds", path: jobs + "?kind=all"},
		{name: "jobs failed", path: jobs + "?state=failed"},
		{name: "jobs paused", path: jobs + "?state=paused"},
		{name: "jobs open", path: jobs + "?state=open"},
		{name: "jobs undo", path: jobs + "?kind=undo"},
		{name: "jobs model", path: jobs + "?model=desk"},
		{name: "jobs model without", path: jobs + "?model=plane&kind=all"},
		{name: "jobs maker", path: jobs + "?createdBy=ana"},
		{name: "jobs rare maker", path: jobs + "?createdBy=rare&kind=all"},
		{name: "jobs common word", path: jobs + "?q=merger"},
		{name: "jobs rare word", path: jobs + "?q=" + rareWord},
		{name: "jobs no such word", path: jobs + "?q=zzz"},
		{name: "jobs of a day", path: jobs + "?when=24h&kind=all"},
		{name: "jobs word and state", path: jobs + "?q=merger&state=paused"},
		{name: "jobs page 2", path: jobs + "?kind=all" + s.cursorAfter(b, 50)},
		{name: "jobs page 100", path: jobs + "?kind=all" + s.cursorAfter(b, 4950)},
		{name: "job running", path: jobs + "/" + p.running},
		{name: "job finished", path: jobs + "/" + p.all},
		{name: "job with failures", path: jobs + "/" + p.failing},
		{name: "job results failed", path: jobs + "/" + p.failing + "?outcome=failed"},
		{name: "job results of a code", path: jobs + "/" + p.failing + "?outcome=failed&code=" + p.code},
		{name: "job result of an id", path: jobs + "/" + p.all + "?id=77"},
		{name: "job cancel", path: jobs + "/" + p.running + "/cancel"},
		{name: "job retry of failures", path: jobs + "/" + p.failing + "/retry"},
		{name: "job retry of all", path: jobs + "/" + p.stopped + "/retry"},
		{name: "job undo", path: jobs + "/" + p.all + "/undo"},
		{name: "new update", path: "/admin/new"},
		{name: "new update begun", path: "/admin/new?" + url.Values{"model": {"desk"}, "filter": {filterText}, "patch": {`{"jobTitle": "Lead"}`}}.Encode()},
		{name: "customers models", path: "/admin/customers"},
		{name: "customers", path: customers},
		{name: "customers indexed filter", path: customers + filtered(`{"externalId": "abc"}`)},
		{name: "customers common filter", path: customers + filtered(filterText)},
		{name: "customers unindexed filter", path: customers + filtered(`{"jobTitle": "no such title"}`)},
		{name: "customers sorted by index", path: customers + "?sort=organization"},
		{name: "customers sorted without index", path: customers + "?sort=-lastName"},
		{name: "customer", path: customers + "/records/77"},
		{name: "customer edit", path: customers + "/records/77/edit"},
		{name: "customer create", path: customers + "/create"},
		{name: "queues", path: "/admin/queues"},
		{name: "brake", path: "/admin/brake"},
		{name: "keys", path: "/admin/keys"},
		{name: "audit", path: "/admin/audit"},
		{name: "audit of a key", path: "/admin/audit?key=page1"},
		{name: "audit of an action", path: "/admin/audit?action=key.created"},
		{name: "limits", path: "/admin/limits"},
		{name: "access", path: "/admin/access"},
		{name: "go", path: "/admin/go"},
		{name: "go job", path: "/admin/go?q=" + p.all[:13]},
		{name: "go customer", path: "/admin/go?q=77"},
		{name: "help", path: "/admin/help"},
	}
}

// filtered is the query of a list of customers with a filter.
func filtered(filter string) string { return "?" + url.Values{"filter": {filter}}.Encode() }

// later are the requests of scripts. The last two are those of a form of a new update
// that is being filled in.
var later = []page{
	{name: "count jobs", path: "/admin/jobs/count"},
	{name: "count jobs of all kinds", path: "/admin/jobs/count?kind=all"},
	{name: "count jobs failed", path: "/admin/jobs/count?state=failed"},
	{name: "count jobs maker", path: "/admin/jobs/count?createdBy=ana"},
	{name: "count jobs common word", path: "/admin/jobs/count?q=merger"},
	{name: "count customers", path: "/admin/customers/desk/count"},
	{name: "count customers filter", path: "/admin/customers/desk/count" + filtered(filterText)},
	{name: "go found", path: "/admin/go/found?q=77"},
	{name: "new update count", path: "/admin/new/preview", form: draft},
	{name: "new update preview", path: "/admin/new/preview", form: slices.Concat(draft, []string{"do:jobTitle", "set", "to:jobTitle", "Boss"})},
}

var draft = []string{"model", "desk", "of", "desk", "filter", filterText, "part", "1"}

// laterPath finds where a page says that its script asks for more.
var laterPath = regexp.MustCompile(`data-later="([^"]+)"`)

// followUps asks once for the rest of those pages that come without what takes long to
// find out, and logs how long that takes. A page of a small installation has all at once.
func (p prepared) followUps(b *testing.B, v *visitor) {
	b.Helper()
	for name, path := range map[string]string{
		"job retry of all":               "/admin/jobs/" + p.stopped + "/retry",
		"job undo":                       "/admin/jobs/" + p.all + "/undo",
		"customers sorted without index": "/admin/customers/desk?sort=-lastName",
		"customers unindexed filter":     "/admin/customers/desk" + filtered(`{"jobTitle": "no such title"}`),
	} {
		if found := laterPath.FindStringSubmatch(v.open(b, path)); found != nil {
			began := time.Now()
			v.open(b, html.UnescapeString(found[1]))
			b.Logf("the rest of %s took %v", name, time.Since(began).Round(time.Millisecond))
		}
	}
}

// A visitor has signed in to the dashboard.
type visitor struct {
	*server
	http *http.Client
}

// visit signs in.
func (s *server) visit(b *testing.B) *visitor {
	b.Helper()
	jar, err := cookiejar.New(nil)
	fatal(b, err)
	v := &visitor{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	v.open(b, "/admin/login", "key", adminKey)
	if !strings.Contains(v.open(b, "/admin"), "</html>") {
		b.Fatal("the sign-in has failed")
	}
	return v
}

// open reads a page, or sends a form: names and values in turn.
func (v *visitor) open(b *testing.B, path string, form ...string) string {
	b.Helper()
	method, body := "GET", ""
	if len(form) > 0 {
		method, body = "POST", formOf(form)
	}
	req, err := http.NewRequestWithContext(b.Context(), method, v.base+path, strings.NewReader(body))
	fatal(b, err)
	req.Header.Set("Accept", "text/html")
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := v.http.Do(req)
	fatal(b, err)
	text, err := io.ReadAll(resp.Body)
	fatal(b, err)
	fatal(b, resp.Body.Close())
	if resp.StatusCode >= http.StatusBadRequest {
		b.Fatalf("%s answered %d: %.2000s", path, resp.StatusCode, text)
	}
	return string(text)
}

func formOf(pairs []string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

// measure opens a page, or sends a form, again and again. It returns the median of the
// times that this took.
func (v *visitor) measure(b *testing.B, path string, form ...string) time.Duration {
	b.Helper()
	v.open(b, path, form...)
	t, before := &times{}, v.cpu(b)
	for b.Loop() {
		began := time.Now()
		v.open(b, path, form...)
		t.add(time.Since(began), nil)
	}
	b.ReportMetric(ms(t.share(0.5)), "ms-median")
	b.ReportMetric(ms(t.share(0.95)), "ms-p95")
	b.ReportMetric(ms(v.cpu(b)-before)/float64(len(t.took)), "cpu-ms")
	return t.share(0.5)
}
