package words

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bulkpatch/client"
)

const (
	// maxPatchURL is how long the address of a PATCH may be. A longer filter is
	// sent in the body of POST /v1/jobs.
	maxPatchURL = 2000
	// maxArgument is how long a body may be to be an argument of a command. Linux
	// allows 128 KiB.
	maxArgument = 100 << 10
)

// A jobCall is a call of the API that makes a job like another one.
type jobCall struct {
	method, path string
	query        url.Values
	mediaType    string // of the body
	body         []byte // nil for none
}

// jobCallOf returns the call that makes a job like this one. ok is false where the
// job does not show all of it: in lists large requests are left out. The job of an
// undo or a retry does not show whether it took only some of the records.
func jobCallOf(j client.Job, base string) (r jobCall, ok bool) {
	parts, ok := partsOf(j)
	switch {
	case j.Kind == "undo" && j.Undo.UndoOf != nil:
		return jobCall{method: http.MethodPost, path: apiJobPath(*j.Undo.UndoOf) + "/undo"}, true
	case j.Kind == "retry" && j.RetryOf != nil:
		return retryCall(j), true
	case !ok || j.Kind == "undo" || j.Kind == "retry":
		return jobCall{}, false
	}
	r = parts.patchCall()
	if parts.compute != nil || len(base)+len(r.path)+len(r.query.Encode()) > maxPatchURL || parts.id == "." || parts.id == ".." || parts.masked() {
		r = parts.postCall()
	}
	return r, true
}

func apiJobPath(id string) string { return "/v1/jobs/" + url.PathEscape(id) }

// retryCall returns the call for a retry.
func retryCall(j client.Job) jobCall {
	r := jobCall{method: http.MethodPost, path: apiJobPath(*j.RetryOf) + "/retry"}
	if how := onMismatch(j); how != "" {
		r.mediaType, r.body = "application/json", append(append([]byte(`{"onMismatch":`), quotedJSON(how)...), '}')
	}
	return r
}

// onMismatch returns the option of a job, "" for none.
func onMismatch(j client.Job) string {
	var o client.Options
	_ = json.Unmarshal(j.Request.Options, &o) // options that cannot be read are none
	return o.OnMismatch
}

// requestParts are the parts of the request for an update. The JSON is compact.
type requestParts struct {
	model          string
	filter         []byte
	patch, compute []byte // one of them may be nil
	idJSON         []byte // nil for an update by filter
	id             string
	options        []givenOption
}

// A givenOption is one that was given with a request.
type givenOption struct {
	name string
	raw  []byte // JSON
}

// text returns the value without quotes.
func (o givenOption) text() string {
	text := string(o.raw)
	if o.raw[0] == '"' {
		_ = json.Unmarshal(o.raw, &text) // it is JSON
	}
	return text
}

// partsOf returns the parts of a job's request. ok is false if not all are there.
func partsOf(j client.Job) (p requestParts, ok bool) {
	p.model = j.Model
	p.compute, ok = portableJSON(j.Request.Compute)
	if patches(j.Request) {
		p.patch, ok = portableJSON(j.Request.Patch)
	}
	if !ok || j.Request.RequestBytes > 0 {
		return p, false
	}
	if p.options, ok = optionsOf(j); !ok {
		return p, false
	}
	if j.Request.ID != (client.ID{}) {
		p.id = j.Request.ID.String()
		raw, err := j.Request.ID.MarshalJSON()
		p.idJSON, ok = portableJSON(raw)
		return p, ok && err == nil
	}
	p.filter, ok = portableJSON(j.Request.Filter)
	return p, ok
}

// masked reports whether part of a webhook is not shown. Somebody has to fill it in,
// and finds it in a body, but not in a query, which is encoded.
func (p requestParts) masked() bool {
	return slices.ContainsFunc(p.options, func(o givenOption) bool {
		return o.name == "webhook" && bytes.Contains(o.raw, []byte("***"))
	})
}

// optionsOf returns the options of a job. That of a preview was a dry run.
func optionsOf(j client.Job) (list []givenOption, ok bool) {
	if isGiven(j.Request.Options) {
		v, ok := readJSON(j.Request.Options)
		if !ok || v.kind != anObject {
			return nil, false
		}
		for i, name := range v.names {
			text, ok := portableJSON(v.items[i].raw)
			if !ok {
				return nil, false
			}
			list = append(list, givenOption{name, text})
		}
	}
	if j.Kind == "preview" {
		list = append(list, givenOption{"dryRun", []byte("true")})
	}
	return list, true
}

// patchCall returns the PATCH of the records, which can compute nothing.
func (p requestParts) patchCall() jobCall {
	r := jobCall{method: http.MethodPatch, mediaType: "application/merge-patch+json", body: p.patch, query: url.Values{}}
	r.path = "/v1/" + url.PathEscape(p.model) + "/customers"
	if p.idJSON != nil {
		r.path += "/" + url.PathEscape(p.id)
	} else {
		r.query.Set("filter", string(p.filter))
	}
	for _, o := range p.options {
		r.query.Set(o.name, o.text())
	}
	return r
}

// postCall returns the same as a POST of a job.
func (p requestParts) postCall() jobCall {
	var b bytes.Buffer
	b.WriteString(`{"model":` + quotedJSON(p.model))
	if p.idJSON != nil {
		b.WriteString(`,"id":` + string(p.idJSON))
	} else {
		b.WriteString(`,"filter":` + string(p.filter))
	}
	if p.patch != nil {
		b.WriteString(`,"patch":` + string(p.patch))
	}
	if p.compute != nil {
		b.WriteString(`,"compute":` + string(p.compute))
	}
	before := `,"options":{`
	for _, o := range p.options {
		b.WriteString(before + quotedJSON(o.name) + ":" + string(o.raw))
		before = ","
	}
	if len(p.options) > 0 {
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return jobCall{method: http.MethodPost, path: "/v1/jobs", mediaType: "application/json", body: b.Bytes()}
}

// portableJSON returns JSON in one line, in which every character can be seen, so that
// it survives being copied from a page. ok is false for what is no JSON, or null.
func portableJSON(raw []byte) (text []byte, ok bool) {
	var b bytes.Buffer
	if !isGiven(raw) || json.Compact(&b, raw) != nil || b.String() == "null" {
		return nil, false
	}
	for _, r := range b.String() {
		if hiddenRune(r) {
			text = jsonEscape(text, r)
		} else {
			text = append(text, string(r)...)
		}
	}
	return text, true
}

// quotedJSON writes a text as JSON.
func quotedJSON(s string) string {
	b, _ := json.Marshal(s) // cannot fail for a string
	return string(b)
}

// Curl returns the command that makes a job like this one, with the key in
// $BULKPATCH_KEY. It is "" where the job does not show its whole request.
func Curl(j client.Job, base string) string {
	base = strings.TrimSuffix(base, "/")
	r, ok := jobCallOf(j, base)
	if !ok {
		return ""
	}
	address := base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	lines := []string{"curl -X " + r.method, `-H "Authorization: Bearer $BULKPATCH_KEY"`}
	input := ""
	if r.body != nil {
		lines = append(lines, "-H "+shellQuote("Content-Type: "+r.mediaType))
	}
	switch {
	case len(r.body) > maxArgument:
		lines = append(lines, "-d @-")
		input = " <<'BODY'\n" + string(r.body) + "\nBODY"
	case r.body != nil:
		lines = append(lines, "-d "+shellQuote(string(r.body)))
	}
	return strings.Join(append(lines, shellQuote(address)), " \\\n  ") + input
}

// shellQuote writes a text as one word of the shell. No shell can pass on a NUL
// character, so it is left out.
func shellQuote(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "\x00", "").Replace(s) + "'"
}
