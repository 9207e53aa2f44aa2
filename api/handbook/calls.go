package handbook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A call is an operation of the document, as a page shows it.
type call struct {
	ID, Method, Path string
	Summary          string
	Description      template.HTML
	Curl             string // a command that makes the call; "" for a webhook
	Received         string // the beginning of a webhook, as its receiver gets it
	Scopes           []string
	Key              bool // it needs one
	Params           []param
	Bodies           []content
	BodyNote         template.HTML
	Answers          []answer
	Errors           []failure

	operation *operation
	params    []parameter
	tag       string
}

// A param is a parameter of a call.
type param struct {
	ID, Name, In string
	field
}

// A content is a body of one or several media types.
type content struct {
	Types   []string
	Type    string   // of the JSON
	Objects []string // components that have the fields, beside Fields
	Fields  []row
	Example string
}

// A row is a field with its address.
type row struct {
	ID string
	field
}

// An answer is a success of a call.
type answer struct {
	Status, Description string
	Headers             []param
	Bodies              []content
}

// A failure is a status with which a call may be refused. Its description says with
// which codes, and what to do about each.
type failure struct {
	Status      string
	Description template.HTML
}

// calls lists the operations of the document in its order, and then the webhooks.
func (d *document) calls() ([]*call, error) {
	list, err := d.callsOf(d.Paths, d.callOf)
	if err != nil {
		return nil, err
	}
	hooks, err := d.callsOf(d.Webhooks, d.webhookOf)
	return append(list, hooks...), err
}

// callsOf lists operations, each as read returns it.
func (d *document) callsOf(paths ordered[pathItem], read func(method, path string, o *operation, params []parameter) *call) (list []*call, err error) {
	for _, path := range paths.names {
		item := paths.get(path)
		var shared []parameter
		if raw, ok := item.values["parameters"]; ok {
			err = json.Unmarshal(raw, &shared)
		}
		for _, method := range methods {
			raw, ok := item.values[method]
			if !ok {
				continue
			}
			o := &operation{}
			if err = cmp.Or(err, json.Unmarshal(raw, o)); err != nil {
				return nil, fmt.Errorf("read %s %s of the OpenAPI document: %w", method, path, err)
			}
			list = append(list, read(strings.ToUpper(method), path, o, slices.Concat(shared, o.Parameters)))
		}
	}
	return list, nil
}

// callOf returns a call of the server.
func (d *document) callOf(method, path string, o *operation, params []parameter) *call {
	c := d.operationOf(method, path, o, params)
	c.Key = d.needsKey(o)
	c.Curl = d.curl(c)
	return c
}

// webhookOf returns a call that the server makes. Its path is its name.
func (d *document) webhookOf(method, name string, o *operation, params []parameter) *call {
	c := d.operationOf(method, name, o, params)
	lines := []string{method + " /your/path HTTP/1.1"}
	if o.Body != nil && len(o.Body.Content.names) > 0 {
		lines = append(lines, "Content-Type: "+o.Body.Content.names[0])
	}
	for _, p := range c.params {
		if value, given := d.valueOf(p); given && p.In == "header" {
			lines = append(lines, p.Name+": "+value)
		}
	}
	c.Received = strings.Join(lines, "\n")
	return c
}

func (d *document) operationOf(method, path string, o *operation, params []parameter) *call {
	c := &call{ID: o.ID, Method: method, Path: path, Summary: o.Summary, Description: prose(o.Description), Scopes: o.Scopes, operation: o}
	if c.ID == "" {
		c.ID = anchor(strings.ToLower(method) + path)
	}
	for _, p := range params {
		c.params = append(c.params, d.parameter(p))
	}
	if c.tag = "Other"; len(o.Tags) > 0 {
		c.tag = o.Tags[0]
	}
	return c
}

// fill adds to a call what is unfolded, and returns the components that it leads to.
func (d *document) fill(c *call, large func(string) bool) (met []string) {
	for _, p := range c.params {
		c.Params = append(c.Params, d.paramOf(c.ID+"."+p.Name, p, large))
		met = append(met, c.Params[len(c.Params)-1].Objects...)
	}
	if b := c.operation.Body; b != nil {
		c.BodyNote = inline(b.Description)
		c.Bodies = d.contents(c.ID+".body", b.Content, large, &met)
	}
	for _, status := range c.operation.Responses.names {
		r := d.response(c.operation.Responses.get(status))
		if status >= "4" && c.Received == "" {
			c.Errors = append(c.Errors, failure{status, prose(r.Description)})
			continue
		}
		a := answer{Status: status, Description: r.Description, Bodies: d.contents(c.ID+"."+status, r.Content, large, &met)}
		for _, name := range r.Headers.names {
			h := d.header(r.Headers.get(name))
			a.Headers = append(a.Headers, d.paramOf(c.ID+"."+status+"."+name, parameter{Name: name, In: "header", Description: h.Description, Schema: h.Schema}, large))
		}
		c.Answers = append(c.Answers, a)
	}
	return met
}

func (d *document) paramOf(id string, p parameter, large func(string) bool) param {
	s, kind := p.Schema, ""
	for _, name := range p.Content.names {
		s, kind = p.Content.get(name).Schema, "JSON"
	}
	shown := param{ID: anchor(id), Name: p.Name, In: p.In, field: field{Required: p.Required, Description: p.Description}}
	shown.Type = d.typeOf(s, 0)
	if kind != "" {
		shown.Type = kind
	}
	shown.Objects = (&unfolding{document: d, large: large}).links(s, false, 0)
	if found, _ := d.schema(s); found != nil {
		shown.Notes = d.notesOf(found)
		shown.Description = cmp.Or(shown.Description, found.Description)
	}
	return shown
}

// contents returns the bodies of a request or an answer. Media types with the same
// schema and example share one.
func (d *document) contents(id string, of ordered[media], large func(string) bool, met *[]string) (list []content) {
	before := map[string]int{}
	for _, kind := range of.names {
		m := of.get(kind)
		if m.Item != nil {
			m.Schema = m.Item
		}
		key, _ := json.Marshal([]any{m.Schema, m.Example, m.Examples.values}) // what was JSON can be JSON
		if i, ok := before[string(key)]; ok {
			list[i].Types = append(list[i].Types, kind)
			continue
		}
		before[string(key)] = len(list)
		c := content{Types: []string{kind}, Type: d.typeOf(m.Schema, 0), Example: pretty(d.sample(m.Example, m.Examples, m.Schema))}
		u := &unfolding{document: d, large: large}
		if c.Objects = u.links(m.Schema, false, 0); !u.apart(m.Schema, false) {
			u = d.unfold(m.Schema, large)
			c.Fields = rows(id, u)
		}
		*met = slices.Concat(*met, c.Objects, u.met)
		list = append(list, c)
	}
	return list
}

// rows gives fields their addresses below an id.
func rows(id string, u *unfolding) (list []row) {
	for _, f := range u.fields {
		list = append(list, row{ID: anchor(id + "." + f.Path), field: f})
	}
	return list
}

// maxExample is how many bytes of an example are shown.
const maxExample = 8 << 10

// pretty writes an example so that people can read it; a text as it is.
func pretty(value json.RawMessage) string {
	var text string
	if value == nil || json.Unmarshal(value, &text) == nil {
		return text
	}
	var b bytes.Buffer
	if json.Indent(&b, value, "", "  ") != nil || b.Len() > maxExample {
		return bodyText(value[:min(len(value), maxExample)])
	}
	return b.String()
}

var notInAnchor = regexp.MustCompile(`[^A-Za-z0-9_.$-]+`)

// anchor returns a text as an address within a page.
func anchor(text string) string { return strings.Trim(notInAnchor.ReplaceAllString(text, "-"), "-") }

// unique makes addresses of a page different from one another.
type unique map[string]int

func (u unique) of(id string) string {
	u[id]++
	if n := u[id]; n > 1 {
		return u.of(id + "-" + strconv.Itoa(n))
	}
	return id
}
