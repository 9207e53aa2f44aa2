package openapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An exchange is a request and its answer.
type exchange struct {
	method  string
	url     *url.URL
	header  http.Header // of the request
	body    []byte
	status  int
	answer  http.Header
	text    []byte // of the answer
	partial bool   // not all of the answer, or of the body, was read
}

// A verdict is what the comparison of an exchange found.
type verdict struct {
	faults []string
	left   string // why the exchange was not compared, "" if it was
}

func (v *verdict) add(format string, args ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, args...))
}

// isPage reports whether a path is one of a browser, which documents leave out.
func isPage(path string) bool {
	for _, root := range []string{"/admin", "/docs"} {
		if path == root || strings.HasPrefix(path, root+"/") {
			return true
		}
	}
	return false
}

// compare compares an exchange with the document.
func (d *Document) compare(x exchange) verdict {
	var v verdict
	switch {
	case isPage(x.url.Path):
		return verdict{left: "pages"}
	case x.method == http.MethodOptions:
		return verdict{left: "preflights"}
	}
	p := d.find(x.url.EscapedPath())
	if p == nil {
		if x.status < 400 {
			v.add("the document has no such path")
		}
		return v
	}
	method := strings.ToLower(x.method)
	if method == "head" {
		method = "get"
	}
	op := at(p.item, method)
	if op == nil {
		if x.status < 400 {
			v.add("the document does not have the method at %s", p.text)
		}
		return v
	}
	d.compareAnswer(&v, x, p, method, op)
	if x.status < 300 && x.answer.Get("Idempotency-Replayed") == "" {
		d.compareRequest(&v, x, p, method, op)
	}
	return v
}

// compareAnswer compares an answer.
func (d *Document) compareAnswer(v *verdict, x exchange, p *path, method string, op map[string]any) {
	status := strconv.Itoa(x.status)
	where, documented := d.follow("paths", p.text, method, "responses", status)
	if documented == nil {
		v.add("the status %s is not documented", status)
		return
	}
	for name, h := range at(documented, "headers") {
		header, _ := h.(map[string]any)
		if d.deref(header)["required"] == true && x.answer.Get(name) == "" {
			v.add("the answer has no %s", name)
		}
	}
	content := at(documented, "content")
	media, _, err := mime.ParseMediaType(x.answer.Get("Content-Type"))
	switch {
	case len(x.text) == 0 && (x.partial || x.method == http.MethodHead):
		return
	case len(x.text) == 0 && len(content) > 0 && !slices.Contains([]string{"text/event-stream", "application/x-ndjson", "text/csv"}, media):
		v.add("the answer has no body")
		return
	case len(x.text) == 0:
		return
	case err != nil || at(content, media) == nil:
		v.add("the answer is %q, which is not documented", x.answer.Get("Content-Type"))
		return
	}
	d.compareBody(v, "answer", x.text, x.partial, media, append(where, "content", media))
	d.compareCode(v, x, media, documented)
}

// compareCode checks that the code of a problem is one of those that the call has.
func (d *Document) compareCode(v *verdict, x exchange, media string, documented map[string]any) {
	codes, _ := documented["x-codes"].([]any)
	if media != "application/problem+json" || x.partial {
		return
	}
	i := bytes.Index(x.text, []byte(`"code":"`))
	if i < 0 {
		v.add("the problem has no code")
		return
	}
	code, _, _ := strings.Cut(string(x.text[i+len(`"code":"`):]), `"`)
	if !slices.Contains(codes, any(code)) {
		v.add("the code %s is not documented for the status %d", code, x.status)
	}
}

// compareBody compares a body of a media type with what is documented at a place.
func (d *Document) compareBody(v *verdict, what string, text []byte, partial bool, media string, where []string) {
	var items [][]byte
	switch media {
	case "text/csv", "text/plain", "application/x-www-form-urlencoded":
		return // a text has no form that the document could say
	case "application/x-ndjson", "application/ndjson":
		items = bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	case "text/event-stream":
		items = eventData(text)
	default:
		if partial && !json.Valid(text) {
			return
		}
		if fault := d.validJSON(text, append(where, "schema")...); fault != "" {
			v.add("the %s does not fit: %s", what, fault)
		}
		return
	}
	if partial && len(items) > 0 {
		items = items[:len(items)-1]
	}
	for _, item := range items {
		if fault := d.validJSON(item, append(where, "x-item-schema")...); fault != "" {
			v.add("an item of the %s does not fit: %s", what, fault)
			return
		}
	}
}

// eventData returns the data of the events of a stream.
func eventData(text []byte) [][]byte {
	var list [][]byte
	for event := range bytes.SplitSeq(text, []byte("\n\n")) {
		var data [][]byte
		for line := range bytes.SplitSeq(event, []byte("\n")) {
			if rest, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
				data = append(data, rest)
			}
		}
		if len(data) > 0 {
			list = append(list, bytes.Join(data, []byte("\n")))
		}
	}
	return list
}
