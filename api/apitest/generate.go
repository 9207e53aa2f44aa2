package apitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"bulkpatch/api"
	"bulkpatch/model"
)

// A Generator makes hostile requests: calls of the API with something in them
// that no honest caller sends. The same seed makes the same requests.
type Generator struct {
	Calls  []api.Call
	Models *model.Registry
	// Stolen are what another workspace has: ids, cursors, tokens and
	// idempotency keys.
	Stolen []string
	// IDs are a customer of each model that may be changed.
	IDs map[string]string
	// New is a body that creates a customer of each model.
	New map[string]string
	// Key is the admin key of the caller, and Foreign that of the other
	// workspace.
	Key, Foreign string
}

// A Raw is a request as it is sent.
type Raw struct {
	Name string // the call and what is hostile in it
	Text string // the whole request, which asks to close the connection
	// Field is the field of a customer that the request sets to the text Wrote;
	// "" for none. If the call succeeds, that text must be read back.
	Field, Wrote string
	// Path is that of the customer; "" where the answer names it.
	Path string
	// Malformed: it is no HTTP request, and must be refused as none.
	Malformed bool
}

// Make makes request n of a seed.
func (g *Generator) Make(seed, n uint64) Raw {
	r := &request{Generator: g, rand: rand.New(rand.NewPCG(seed, n))}
	r.call = g.Calls[n%uint64(len(g.Calls))]
	if r.rand.IntN(3) == 0 {
		r.drawWrite()
	}
	r.begin()
	kinds := []func() string{r.hostileSegment, r.hostileQuery, r.hostileHeader, r.hostileField, r.hostileField, r.hostileField, r.hostileField, r.hostileField, r.hostileField, r.hostileBody, r.hostileKey, r.override}
	what := kinds[r.rand.IntN(len(kinds))]()
	if r.rand.IntN(8) == 0 {
		raw := r.smuggle()
		raw.Name = r.call.Method + " " + r.call.Path + ": " + raw.Name
		return raw
	}
	return Raw{Name: r.call.Method + " " + r.call.Path + ": " + what, Text: r.text(), Path: r.path, Field: r.field, Wrote: r.wrote}
}

// A request is one that is being made.
type request struct {
	*Generator
	rand                *rand.Rand
	call                api.Call
	target, query, body string
	headers             []string // lines
	key                 string

	path, field, wrote string
}

// begin fills in an honest request.
func (r *request) begin() {
	r.key = r.Key
	ways := Examples(r.call)
	if len(ways) > 0 {
		way := ways[r.rand.IntN(len(ways))]
		r.query, r.body = way.Query, way.Body
		for i := 0; i < len(way.Header); i += 2 {
			r.headers = append(r.headers, way.Header[i]+": "+way.Header[i+1])
		}
	}
	r.target = r.place()
	r.honestBody()
	if len(r.call.Request.Types) > 0 && !strings.Contains(strings.Join(r.headers, ","), "Content-Type") {
		r.headers = append(r.headers, "Content-Type: "+r.call.Request.Types[0])
	}
}

// honestBody replaces the body of the example, where it is that of another model
// or of none.
func (r *request) honestBody() {
	customer := r.New[r.modelName()]
	switch {
	case r.creates():
		r.body = customer
	case r.changesOne():
		r.body = "{}"
	case r.call.Vendor == "desk" && r.call.Effect == api.Changes && r.query == "":
		r.body = `{"customer":` + customer + `}`
	case r.call.Vendor != "" && r.call.Effect == api.Changes && r.query == "":
		r.body = customer
	}
}

// drawWrite draws another call, which writes one customer that can be read back.
func (r *request) drawWrite() {
	for !r.creates() && !r.changesOne() {
		r.call = r.Calls[r.rand.IntN(len(r.Calls))]
	}
}

// creates and changesOne say which native call it is.
func (r *request) creates() bool {
	return r.call.Vendor == "" && r.call.Method == http.MethodPost && strings.HasSuffix(r.call.Path, "/customers")
}

func (r *request) changesOne() bool {
	return r.call.Vendor == "" && r.call.Method == http.MethodPatch && strings.HasSuffix(r.call.Path, "/customers/{id}")
}

// place fills the path.
func (r *request) place() string {
	return strings.NewReplacer("{id}", r.IDs[r.modelName()], "{job}", "0193b3a4-0000-7000-8000-000000000000", "{key}", "987654",
		"{name}", "desk", "{workspace}", "ours", "{$}", "").Replace(r.call.Path)
}

// modelName is the model that the call is about, if it is about one.
func (r *request) modelName() string {
	if r.call.Vendor != "" {
		return r.call.Vendor
	}
	return strings.Split(r.call.Path+"//", "/")[2]
}

// one draws one of some texts.
func (r *request) one(texts []string) string { return texts[r.rand.IntN(len(texts))] }

// stolen draws what another workspace has, as it is or with one bit changed.
func (r *request) stolen() string {
	text := []byte(r.one(r.Stolen))
	if r.rand.IntN(2) == 0 {
		text[r.rand.IntN(len(text))] ^= 1 << r.rand.IntN(7)
	}
	return string(text)
}

// hostile draws a text.
func (r *request) hostile() string {
	if r.rand.IntN(4) == 0 {
		return r.stolen()
	}
	return r.one(hostileTexts)
}

func (r *request) hostileSegment() string {
	text := r.hostile()
	escaped := url.PathEscape(text)
	if r.rand.IntN(3) == 0 {
		escaped = r.one(hostileEscapes)
	}
	filled := strings.NewReplacer("{id}", escaped, "{job}", escaped, "{key}", escaped, "{name}", escaped, "{workspace}", escaped, "{$}", "").Replace(r.call.Path)
	if filled == r.call.Path {
		filled += "/" + escaped
	}
	r.target = filled
	return fmt.Sprintf("the segment %.80q", escaped)
}

func (r *request) hostileQuery() string {
	var names []string
	for _, p := range r.call.Params {
		if p.In == api.InQuery {
			names = append(names, p.Name)
		}
	}
	name := r.one(append(names, "cursor", "filter", "confirmToken", "__proto__", "limit"))
	text := url.QueryEscape(r.hostile())
	if r.rand.IntN(3) == 0 {
		text = r.one(hostileEscapes)
	}
	if name == "filter" && r.rand.IntN(2) == 0 {
		value, _ := json.Marshal(r.hostile())
		text = url.QueryEscape(`{"firstName":` + string(value) + `}`)
	}
	values := slices.DeleteFunc(strings.Split(r.query, "&"), func(p string) bool { return strings.HasPrefix(p, name+"=") })
	r.query = strings.Trim(strings.Join(append(values, name+"="+text), "&"), "&")
	return fmt.Sprintf("%s=%.80q", name, text)
}

// headerNames are those that the program reads, and some that it must not heed.
var headerNames = []string{
	"Idempotency-Key", "Prefer", "If-Match", "If-None-Match", "Last-Event-ID", "X-Request-Id", "Accept", "Accept-Encoding", "Content-Type",
	"Content-Encoding", "Origin", "Cookie", "X-Forwarded-For", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "Range", "Expect", "Connection", "Upgrade",
}

func (r *request) hostileHeader() string {
	name, text := r.one(headerNames), strings.NewReplacer("\r", "", "\n", "").Replace(r.hostile())
	r.headers = append(slices.DeleteFunc(r.headers, func(h string) bool { return strings.HasPrefix(h, name+":") }), name+": "+text)
	return fmt.Sprintf("%s: %.80q", name, text)
}

// hostileKey takes the API key from somewhere else, or two of them.
func (r *request) hostileKey() string {
	switch r.rand.IntN(3) {
	case 0:
		r.key = r.Foreign[:len(r.Foreign)-1]
	case 1:
		r.headers = append(r.headers, "Authorization: Bearer "+strings.NewReplacer("\r", "", "\n", "").Replace(r.hostile()))
	default:
		r.key = strings.NewReplacer("\r", "", "\n", "").Replace(r.one(hostileTexts))
	}
	return "a hostile key"
}

// override asks for another method by a header, which nobody heeds.
func (r *request) override() string {
	r.headers = append(r.headers, "X-HTTP-Method-Override: DELETE", "X-Method-Override: DELETE", "X-HTTP-Method: DELETE")
	return "another method in a header"
}

// hostileField gives one field of the body a hostile text or a value of another
// type.
func (r *request) hostileField() string {
	names := r.fields()
	if len(names) == 0 {
		return r.hostileQuery()
	}
	name := r.one(names)
	var value string
	if r.rand.IntN(2) == 0 {
		value = r.one(wrongValues)
	} else {
		value = quoted(r.hostile())
		r.remember(name, value)
	}
	r.setMember(name, value)
	return fmt.Sprintf("%s: %.80s", name, value)
}

// remember notes which text a customer's field is set to, where the customer can
// be read back.
func (r *request) remember(name, value string) {
	if !r.creates() && !r.changesOne() || strings.Contains(r.query, "dryRun") {
		return
	}
	r.field, r.wrote = name, ""
	_ = json.Unmarshal([]byte(value), &r.wrote) // quoted made it
	if r.changesOne() {
		r.path = r.target
		r.headers = append(r.headers, "Prefer: wait=30")
	}
}

// fields are the members that the body of the call has: those of its type, and
// those of the model.
func (r *request) fields() []string {
	names := map[string]bool{}
	if t := reflect.TypeOf(r.call.Request.JSON); t != nil {
		membersOf(t, names)
	}
	if t := reflect.TypeOf(r.call.Request.JSON); t != nil && t.Kind() == reflect.Map {
		m, ok := r.Models.Model(r.modelName())
		for i := 0; ok && i < len(m.Fields); i++ {
			names[m.Fields[i].Name] = true
			if r.call.Vendor != "" {
				names[m.Fields[i].VendorName] = true
			}
		}
	}
	if len(names) > 0 {
		names["__proto__"] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// membersOf adds the names of a struct's members.
func membersOf(t reflect.Type, names map[string]bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for i := 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			names[name] = true
		} else if t.Field(i).Anonymous {
			membersOf(t.Field(i).Type, names)
		}
	}
}

// setMember sets a member of the body, one level deeper where the body is one
// object in another.
func (r *request) setMember(name, value string) {
	body := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(r.body), &body) != nil {
		r.body = `{` + quoted(name) + `:` + value + "}\n" // not an object so far
		return
	}
	inner := map[string]json.RawMessage{}
	if json.Unmarshal(body["customer"], &inner) == nil {
		inner[name] = json.RawMessage(value)
		body["customer"] = joined(inner)
	} else {
		body[name] = json.RawMessage(value)
	}
	r.body = string(joined(body))
}

// joined writes an object whose values need not be JSON.
func joined(members map[string]json.RawMessage) json.RawMessage {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		parts = append(parts, quoted(name)+":"+string(members[name]))
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}")
}

func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

func (r *request) hostileBody() string {
	if len(r.call.Request.Types) == 0 {
		return r.hostileHeader()
	}
	r.body = strings.ReplaceAll(r.one(hostileDocuments), "BODY", r.body)
	return fmt.Sprintf("the body %.80q", r.body)
}

// text writes the request.
func (r *request) text() string {
	lines := append([]string{r.call.Method + " " + r.line() + " HTTP/1.1", "Host: x", "Connection: close"}, r.headers...)
	if r.key != "" {
		lines = append(lines, "X-API-Key: "+r.key)
	}
	return strings.Join(lines, "\r\n") + fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", len(r.body)) + r.body
}

// line is the target with its query.
func (r *request) line() string {
	if r.query == "" {
		return r.target
	}
	return r.target + "?" + r.query
}
