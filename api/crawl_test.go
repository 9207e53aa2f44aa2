package api_test

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// maxCrawled is how many pages are opened for one visitor.
const maxCrawled = 400

// ofTheFake matches what the fake store names and does not have.
var ofTheFake = regexp.MustCompile(`^/admin/(jobs/[^/]+|customers/[^/]+/records/[^/]+)$`)

// A crawler opens every page that its visitor can reach by links.
type crawler struct {
	t      *testing.T
	r      *rig
	who    string
	cookie string
	from   map[string]string // pages, and where each was found
	todo   []string
}

// TestEveryLinkLeadsSomewhere opens every page that an admin and a reader can reach,
// and looks at what each contains.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	r, into := pageRig(t)
	for _, body := range []string{`{"firstName":"Ana","state":"active"}`, `{"firstName":"<b>Bo</b>","lastName":"مؤسسة"}`} {
		r.customer(body)
	}
	r.partly()
	r.job()
	for _, who := range []string{"admin", "reader", "other"} {
		c := &crawler{t: t, r: r, who: who, cookie: into[who][1], from: map[string]string{}}
		c.crawl("/admin")
		if !c.visited("/admin/help") || !c.visited("/admin/go") {
			t.Errorf("%s reaches only %v", who, slices.Sorted(maps.Keys(c.from)))
		}
		t.Logf("%s reaches %d pages", who, len(c.from))
	}
}

func (c *crawler) visited(path string) bool { _, ok := c.from[path]; return ok }

func (c *crawler) crawl(start string) {
	c.from[start] = "the start"
	c.todo = []string{start}
	for n := 0; len(c.todo) > 0 && n < maxCrawled; n++ {
		at := c.todo[0]
		c.todo = c.todo[1:]
		a := c.r.as("", "GET", at, "", "Cookie", c.cookie, "Accept", "text/html")
		switch kind := a.Header.Get("Content-Type"); {
		case a.StatusCode >= 300 && a.StatusCode < 400:
			c.follow(at, a.Header.Get("Location"))
		case a.StatusCode == http.StatusNotFound && ofTheFake.MatchString(at):
		case a.StatusCode != http.StatusOK:
			c.t.Errorf("%s is offered %s on %s, which is answered %d", c.who, at, c.from[at], a.StatusCode)
		case strings.HasPrefix(kind, "text/html"):
			c.look(at, a.text)
		}
	}
}

// follow notes a link. Pages are opened once for each pattern of their queries, since
// filters and cursors make endless many.
func (c *crawler) follow(on, link string) {
	u, err := url.Parse(link)
	if err != nil {
		c.t.Errorf("%s has the link %q: %v", on, link, err)
		return
	}
	if u.Host != "" || u.Scheme != "" {
		c.t.Errorf("%s has a link to %q", on, link)
		return
	}
	if u.Path == "" {
		u.Path = pathOf(on)
	}
	at := u.RequestURI()
	if _, known := c.from[at]; known || strings.HasPrefix(u.Path, "/admin/assets/") {
		return
	}
	c.from[at] = on
	c.todo = append(c.todo, at)
}

func pathOf(address string) string {
	p, _, _ := strings.Cut(address, "?")
	return p
}

// look checks one page: its links and forms lead to routes, no id is there twice, and
// every field has a label.
func (c *crawler) look(at, text string) {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	ids, labelled, seen := map[string]int{}, map[string]bool{}, map[string]int{}
	for n := range doc.Descendants() {
		ids[attr(n, "id")]++
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
		if n.Type == html.ElementNode {
			seen[n.Data]++
		}
	}
	delete(ids, "")
	for id, n := range ids {
		if n > 1 {
			c.t.Errorf("%s has %d elements with the id %s", at, n, id)
		}
	}
	if seen["h1"] != 1 || seen["main"] != 1 {
		c.t.Errorf("%s has %d first headings and %d main parts", at, seen["h1"], seen["main"])
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			c.element(at, n, ids, labelled)
		}
	}
}

// element checks one element of a page.
func (c *crawler) element(at string, n *html.Node, ids map[string]int, labelled map[string]bool) {
	switch n.Data {
	case "a":
		if link := attr(n, "href"); strings.HasPrefix(link, "#") {
			if ids[link[1:]] == 0 {
				c.t.Errorf("%s has a link to %s, which is not there", at, link)
			}
		} else {
			c.follow(at, link)
		}
	case "form":
		c.form(at, n)
	case "input", "select", "textarea":
		if kind := attr(n, "type"); kind != "hidden" && attr(n, "hidden") == "" && !hasLabel(n, labelled) {
			c.t.Errorf("%s has a field without a label: %v", at, n.Attr)
		}
	case "th":
		if n.Parent.Parent != nil && n.Parent.Parent.Data == "thead" && attr(n, "scope") == "" && textOf(n) != "" {
			c.t.Errorf("%s has the header %q without a scope", at, textOf(n))
		}
	}
	for _, name := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "list", "for"} {
		for _, id := range strings.Fields(attr(n, name)) {
			if ids[id] == 0 {
				c.t.Errorf("%s: %s of <%s> names %s, which is not there", at, name, n.Data, id)
			}
		}
	}
}

// form checks that a form that can be sent is sent to a route that takes it, and that
// what it changes is changed once.
func (c *crawler) form(at string, n *html.Node) {
	action, post := attr(n, "action"), strings.EqualFold(attr(n, "method"), "post")
	if action == "" {
		action = pathOf(at)
	}
	// A file that is sent twice is there twice, and changes nothing.
	once := attr(n, "enctype") == "multipart/form-data"
	for f := range n.Descendants() {
		once = once || f.Data == "input" && attr(f, "name") == "once" && attr(f, "value") != ""
	}
	for f := range n.Descendants() {
		to := cmp.Or(attr(f, "formaction"), action)
		switch {
		case f.Data != "button" || attr(f, "type") == "button":
		case !post:
			c.follow(at, to)
		case to == "/admin/logout":
		default:
			c.takesPost(at, to)
			if !once && attr(f, "name") != "once" && !strings.HasSuffix(to, "/preview") {
				c.t.Errorf("%s has a form for %s without what makes it count once", at, to)
			}
		}
	}
}

// takesPost checks that forms may be sent to a path. No path takes PUT; the answer says
// what it takes.
func (c *crawler) takesPost(at, to string) {
	a := c.r.as("", "PUT", pathOf(to), "", "Cookie", c.cookie)
	if allow := a.Header.Get("Allow"); !strings.Contains(allow, "POST") {
		c.t.Errorf("%s has a form for %s, which takes %q (%d)", at, to, allow, a.StatusCode)
	}
}

// hasLabel reports whether a field says what it is for.
func hasLabel(n *html.Node, labelled map[string]bool) bool {
	if labelled[attr(n, "id")] && attr(n, "id") != "" || attr(n, "aria-label") != "" || attr(n, "aria-labelledby") != "" {
		return true
	}
	for p := range n.Ancestors() {
		if p.Data == "label" {
			return true
		}
	}
	return false
}

// attr returns an attribute of an element; for one without a value its name.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			if a.Val == "" && name == "hidden" {
				return name
			}
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(text.String())
}
