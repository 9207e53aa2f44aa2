package compat

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// deskArgs are members of filter_args that are ignored: a bulk update has no pages and
// no order.
var deskArgs = map[string]bool{"page": true, "pageSize": true, "orderBy": true, "orderMode": true}

// deskReadArgs reads filter_args of a bulk update: the filter, which can be too long for
// an address, and whether the request is only a preview.
func deskReadArgs(r *Request) {
	raw, given := r.Members[deskFilterArgs]
	delete(r.Members, deskFilterArgs)
	if !given || raw.Kind() == 'n' {
		return
	}
	at := pointerTo(deskFilterArgs)
	args, ok := Object(raw)
	if !ok {
		r.Fail(at, model.CodeType, "This must be an object.")
	}
	for _, name := range names(args) {
		v, pointer := args[name], at+pointerTo(name)
		switch {
		case name == "filter":
			deskArgFilter(r, v, pointer)
		case name == "bulkDryExecute":
			if k := v.Kind(); k != 't' && k != 'f' && k != 'n' {
				r.Fail(pointer, model.CodeType, "This must be true or false.")
			}
			r.DryRun = v.Kind() == 't'
		case !deskArgs[name]:
			r.Fail(pointer, model.CodeUnknownField, "There is no such argument; filter and bulkDryExecute are the ones that count.")
		case v.Kind() == '{' || v.Kind() == '[':
			r.Fail(pointer, model.CodeType, "This must be a number or text.")
		}
	}
}

// deskArgFilter uses the filter of filter_args, an object or a string with its JSON, in
// place of that of the query.
func deskArgFilter(r *Request, f jsontext.Value, pointer string) {
	if f.Kind() == 'n' {
		return
	}
	if r.Query.Has("filter") {
		r.Fail(pointer, "two_filters", "Give the filter in the query or here, not in both.")
		return
	}
	text, isText := String(f)
	if !isText {
		text = string(f)
	}
	r.Query.Set("filter", text)
}

// deskRelated are the names of relations that lists can filter and order by. A bulk
// update can filter by fields only.
var deskRelated = filter.Names{
	"companies.id":   {Of: []string{"company.id"}},
	"companies.name": {Of: []string{"company.meta.name", "organization"}},
	"contacts.value": {Of: []string{"email", "contacts.*.value"}},
	"createdBy":      {Of: []string{"createdBy.id"}},
	"updatedBy":      {Of: []string{"updatedBy.id"}},
}

// deskFilterText returns a filter in plain form: the vendor's samples send ids as
// strings, also several with commas between them, and the SDK sends null for an empty
// list.
func deskFilterText(r *Request, text string) string {
	p := deskParser{dec: jsontext.NewDecoder(strings.NewReader(text)), request: r}
	if p.value(otherValues, "") != nil || len(p.changes) == 0 {
		return text // what is no JSON is for the filter's own check to find
	}
	var b strings.Builder
	from := 0
	for _, c := range p.changes {
		b.WriteString(text[from:c.start])
		b.WriteString(c.text)
		from = c.end
	}
	return b.String() + text[from:]
}

// A deskParser finds what to change in a filter.
type deskParser struct {
	dec     *jsontext.Decoder
	request *Request
	changes []deskChange
}

const deskItem = "[]"

// A deskChange puts text in the place of a part of the filter.
type deskChange struct {
	start, end int
	text       string
}

// A deskOperand says what a filter compares a field with.
type deskOperand int

const (
	otherValues deskOperand = iota
	ids                     // integers
)

// value reads one value. within is the name of the member that it belongs to;
// for the items of $in and $nin it is [deskItem].
func (p *deskParser) value(of deskOperand, within string) error {
	switch p.dec.PeekKind() {
	case '{':
		return p.object(of)
	case '[':
		if _, err := p.dec.ReadToken(); err != nil {
			return err
		}
		if within == "$in" || within == "$nin" {
			within = deskItem
		}
		for p.dec.PeekKind() != ']' {
			if err := p.value(of, within); err != nil {
				return err
			}
		}
		_, err := p.dec.ReadToken()
		return err
	}
	v, err := p.dec.ReadValue()
	if err != nil {
		return err
	}
	if text := deskPlain(v, of, within); text != "" {
		end := int(p.dec.InputOffset())
		p.changes = append(p.changes, deskChange{end - len(v), end, text})
	}
	return nil
}

// deskPlain returns what replaces a value, "" to keep it.
func deskPlain(v jsontext.Value, of deskOperand, within string) string {
	list := within == "$in" || within == "$nin"
	switch {
	case list && v.Kind() == 'n':
		return "[]"
	case list || of != ids:
		return ""
	}
	text := idsOf(v)
	if within != deskItem && strings.Contains(text, ",") {
		return ""
	}
	return text
}

func (p *deskParser) object(of deskOperand) error {
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for p.dec.PeekKind() != '}' {
		token, err := p.dec.ReadToken()
		if err != nil {
			return err
		}
		name, inner := token.String(), of
		if !strings.HasPrefix(name, "$") {
			inner = p.request.operandOf(name)
		}
		if err := p.value(inner, name); err != nil {
			return err
		}
	}
	_, err := p.dec.ReadToken()
	return err
}

// operandOf says what a filter compares the field of a name with.
func (r *Request) operandOf(name string) deskOperand {
	if name == "companies.id" {
		return ids
	}
	f, ok := r.Field(name)
	if !ok {
		return otherValues
	}
	if t, _ := compared(f); t == model.Integer {
		return ids
	}
	return otherValues
}

// idsOf returns the integers of a string such as "1, 2" as JSON with commas
// between them, "" for anything else.
func idsOf(v jsontext.Value) string {
	text, ok := String(v)
	if !ok {
		return ""
	}
	var numbers []string
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return ""
		}
		numbers = append(numbers, strconv.FormatInt(n, 10))
	}
	return strings.Join(numbers, ",")
}
