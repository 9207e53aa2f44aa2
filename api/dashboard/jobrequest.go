package dashboard

import (
	"bytes"
	"encoding/json"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// maxRequestShown bounds the text of a request that a page shows, in bytes.
const maxRequestShown = 64 << 10

// A jobRequest is the request of a job in one of several forms.
type jobRequest struct {
	Tabs []requestTab
	Text string
	Cut  bool // the text is longer than what is shown
}

// A requestTab leads to one form of the request.
type requestTab struct {
	Word, Path string
	Here       bool
}

// requestOf returns the request of a job in the form that the page's address asks for.
func (v *Visit) requestOf(j client.Job) (r jobRequest) {
	forms := []struct {
		name, word string
		text       func() string
	}{
		{"json", "JSON", func() string { return requestJSON(j) }},
		{"curl", "curl", func() string { return asCurl(j, v.base()) }},
		{"go", "Go", func() string { return asGo(j) }},
	}
	here := v.query("request")
	for i, f := range forms {
		q := v.Request.URL.Query()
		q.Set("request", f.name)
		chosen := f.name == here || here == "" && i == 0
		r.Tabs = append(r.Tabs, requestTab{f.word, withQuery(jobPath(j.ID), q) + "#request", chosen})
		if chosen {
			r.Text = f.text()
		}
	}
	if len(r.Text) > maxRequestShown {
		r.Text, r.Cut = strings.ToValidUTF8(r.Text[:maxRequestShown], ""), true
	}
	return r
}

// base is the address of the server as the visitor has it.
func (v *Visit) base() string {
	if web.IsHTTPS(v.Request) {
		return "https://" + v.Request.Host
	}
	return "http://" + v.Request.Host
}

// requestJSON writes the request over several lines.
func requestJSON(j client.Job) string {
	members := []struct {
		name  string
		value any
	}{{"model", j.Model}, {"id", j.Request.ID}, {"filter", j.Request.Filter}, {"patch", j.Request.Patch}, {"options", j.Request.Options}}
	var text bytes.Buffer
	for _, m := range members {
		value := jsonLine(m.value)
		if value == "null" || value == "" || value == "{}" && m.name == "options" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString(",")
		}
		text.WriteString(jsonLine(m.name) + ":" + value)
	}
	if text.Len() > maxRequestShown { // it is cut, and would be many times as long
		return "{" + text.String() + "}"
	}
	var lines bytes.Buffer
	if json.Indent(&lines, []byte("{"+text.String()+"}"), "", "  ") != nil {
		return ""
	}
	return lines.String()
}

// jsonLine writes a value as it would be sent, without escapes for HTML.
func jsonLine(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// filterOf says in words which customers a job selected, nil if it does not say.
func (v *Visit) filterOf(j client.Job) sentence {
	if len(j.Request.Filter) == 0 || string(j.Request.Filter) == "null" {
		return nil
	}
	var known knownChoices
	var m client.Model
	if v.Get(target(nil, "v1", "models", j.Model), &m) == nil {
		known = knownChoicesOf(m)
	}
	return filterWords(j.Request.Filter, known)
}

// deref64 returns a number that may be missing.
func deref64(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// lowerFirst makes the first letter of a text a small one.
func lowerFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}
