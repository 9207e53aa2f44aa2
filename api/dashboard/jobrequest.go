package dashboard

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// maxRequestShown bounds the text of a request that a page shows, in bytes.
const maxRequestShown = 64 << 10

// A jobRequest is the request of a job in one of several forms.
type jobRequest struct {
	Tabs []requestTab
	Text string
	Cut  bool // the text is longer than what is shown
	// Masked says that a part of the webhook is not shown.
	Masked bool
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
		{"command", "Command", func() string { return words.Command(j, v.base()) }},
		{"curl", "curl", func() string { return words.Curl(j, v.base()) }},
		{"go", "Go", func() string { return words.Go(j) }},
	}
	here := v.query("request")
	r.Masked = j.Kind != "retry" && strings.Contains(webhookURL(j), "***")
	for i, f := range forms {
		q := v.Request.URL.Query()
		q.Set("request", f.name)
		chosen := f.name == here || here == "" && i == 0
		r.Tabs = append(r.Tabs, requestTab{f.word, withQuery(jobPath(j.ID), q) + "#request", chosen})
		if chosen {
			r.Text = cmp.Or(f.text(), "The request is too long for this form, or not shown whole.")
		}
	}
	if len(r.Text) > maxRequestShown {
		r.Text, r.Cut = strings.ToValidUTF8(r.Text[:maxRequestShown], ""), true
	}
	return r
}

// requestJSON writes the request over several lines.
func requestJSON(j client.Job) string {
	members := []struct {
		name  string
		value any
	}{{"model", j.Model}, {"id", j.Request.ID}, {"filter", j.Request.Filter}, {"patch", patchOrNone(j.Request.Patch, j.Request.Compute)}, {"compute", j.Request.Compute}, {"options", j.Request.Options}}
	var text bytes.Buffer
	for _, m := range members {
		value := string(compactJSON(m.value))
		if value == "null" || value == "{}" && m.name == "options" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString(",")
		}
		text.WriteString(string(jsonText(m.name)) + ":" + value)
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

// filterOf says in words which customers a job selected, nil if it does not say or they
// are all.
func (v *Visit) filterOf(j client.Job) words.Sentence {
	if noValue(j.Request.Filter) || string(j.Request.Filter) == "{}" {
		return nil
	}
	return words.Filter(j.Request.Filter, v.choicesOf(j.Model))
}

// deref64 returns a number that may be missing.
func deref64(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
