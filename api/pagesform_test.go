package api_test

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// fillIn sends a form as a browser does, and returns the answer.
func (r *rig) fillIn(path string, form url.Values) answer {
	r.t.Helper()
	return r.as(r.admin, "POST", path, form.Encode(), "Content-Type", formType, "Accept", "text/html")
}

// form returns what a browser would send with the form of a page that is posted.
func (a answer) form() url.Values {
	a.t.Helper()
	root, err := html.Parse(strings.NewReader(a.text))
	if err != nil {
		a.t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "form" && attr(n, "method") == "post" && attr(n, "action") != "/admin/logout" {
			return sentBy(n)
		}
	}
	a.t.Fatalf("no form in %s", a.text)
	return nil
}

// sentBy returns what a form sends when nobody has touched it.
func sentBy(form *html.Node) url.Values {
	sent := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input" && attr(n, "type") == "checkbox" && !has(n, "checked"):
		case n.Data == "input":
			sent.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			sent.Add(name, strings.ReplaceAll(textIn(n), "\n", "\r\n"))
		case n.Data == "select":
			sent.Add(name, selected(n))
		}
	}
	return sent
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textIn(n *html.Node) (text string) {
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text += c.Data
		}
	}
	return text
}

// selected is the value of a select, which is that of its first option unless another
// one is marked.
func selected(n *html.Node) string {
	value, found := "", false
	for o := range n.Descendants() {
		if o.Data != "option" || found && !has(o, "selected") {
			continue
		}
		value, found = attr(o, "value"), true
		if !has(o, "value") {
			value = textIn(o)
		}
	}
	return value
}
