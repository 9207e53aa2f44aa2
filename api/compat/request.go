package compat

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// Where a fault was found, as package api has it.
const (
	InBody   = "body"
	InFilter = "filter" // the pointer leads into the filter
	InQuery  = "query"
)

// A Fault is one thing wrong with a request.
type Fault struct {
	// Pointer leads into the body as the vendor's caller sent it, or into the
	// filter, or is "?" and the name of a query parameter, or the name of a
	// header.
	Pointer string
	Code    string
	Detail  string // a sentence
	In      string
}

// A Request is what a vendor's caller asks for, on its way into our words. A
// [Vendor] changes Members in place and notes what is wrong.
type Request struct {
	*Surface
	Action Action
	Method string
	Path   string // of the route, as in [Route]
	Query  url.Values
	// Record is the one that an update of one record is for; nil for all else.
	Record *model.Record
	// Members are those of the body, under the vendor's names; nil for a call
	// without a body.
	Members map[string]jsontext.Value
	// AllowNewOptions lets values that a drop-down field does not know yet
	// become options of it.
	AllowNewOptions bool
	Faults          []Fault
}

// Fail notes a fault of the body; pointer is "" for the whole.
func (r *Request) Fail(pointer, code, detail string) {
	r.Faults = append(r.Faults, Fault{pointer, code, detail, InBody})
}

// FailParam notes a fault of a query parameter.
func (r *Request) FailParam(name, code, detail string) {
	r.Faults = append(r.Faults, Fault{"?" + name, code, detail, InQuery})
}

// Param reads a query parameter. The first counts where it comes twice.
func (r *Request) Param(name string) (string, bool) {
	if !r.Query.Has(name) {
		return "", false
	}
	return r.Query.Get(name), true
}

// Number reads a whole number of at least low.
func (r *Request) Number(name string, low, otherwise int) int {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > maxOffset {
		r.FailParam(name, "out_of_range", "This must be a whole number of at least "+strconv.Itoa(low)+".")
		return otherwise
	}
	return n
}

// maxOffset bounds pages and offsets, so that their product stays a number
// that a database takes.
const maxOffset = 1 << 30

// Flag reads true or false.
func (r *Request) Flag(name string) bool {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return false
	}
	v, err := strconv.ParseBool(text)
	if err != nil {
		r.FailParam(name, "type", "This must be true or false.")
	}
	return v
}

// Choice reads one of some words, in any case. The first stands where none is
// given.
func (r *Request) Choice(name string, words ...string) string {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return words[0]
	}
	i := slices.IndexFunc(words, func(word string) bool { return strings.EqualFold(word, text) })
	if i < 0 {
		r.FailParam(name, model.CodeEnum, "This must be one of: "+strings.Join(words, ", ")+".")
		return words[0]
	}
	return words[i]
}

// Time reads a day, or an RFC 3339 date-time.
func (r *Request) Time(name string) (text string, ok bool) {
	if text, ok = r.Param(name); !ok || text == "" {
		return "", false
	}
	text = strings.ReplaceAll(text, " ", "+") // what an unescaped + of an offset becomes
	if _, sound := model.ParseTime(text); !sound && !model.ValidDate(text) {
		r.FailParam(name, model.CodeFormat, "This must be a date (YYYY-MM-DD) or an RFC 3339 date-time.")
		return "", false
	}
	return text, true
}

// Unwrap takes the members out of an envelope, {"customer": {…}}. Without
// the envelope it changes nothing and returns nil; else it returns what stood
// beside it.
func (r *Request) Unwrap(name string) (beside map[string]jsontext.Value) {
	inner, ok := r.Members[name]
	if !ok {
		return nil
	}
	members, ok := Object(inner)
	if !ok {
		r.Fail("/"+name, "type", "This must be an object.")
		members = map[string]jsontext.Value{}
	}
	beside = r.Members
	delete(beside, name)
	r.Members = members
	return beside
}

// Object splits a JSON object that is known to be sound JSON.
func Object(v jsontext.Value) (map[string]jsontext.Value, bool) {
	var members map[string]jsontext.Value
	if v.Kind() != '{' || json.Unmarshal(v, &members) != nil {
		return nil, false
	}
	return members, true
}

// Text reads a JSON text.
func Text(v jsontext.Value) (string, bool) {
	var text string
	ok := v.Kind() == '"' && json.Unmarshal(v, &text) == nil
	return text, ok
}

// DropKept removes what a caller may send back but never sets: the id and the
// times of the record. What else is read-only is judged by its value.
func (r *Request) DropKept() {
	for name := range r.Members {
		f, ok := r.Field(name)
		if ok && (f.Role == model.RoleID || f.ReadOnly && f.Kind == model.DateTime) {
			delete(r.Members, name)
		}
	}
}

// DropDefaults removes read-only members that say what a new record has
// anyway: a caller may send a whole record that it has read elsewhere.
func (r *Request) DropDefaults() {
	for name, v := range r.Members {
		f, ok := r.Field(name)
		if ok && f.ReadOnly && string(v) == string(f.AppendJSON(nil, f.Default)) {
			delete(r.Members, name)
		}
	}
}

// DropUnset removes read-only members that are null: whoever sends a whole
// record does not set them.
func (r *Request) DropUnset() {
	for name, v := range r.Members {
		if f, ok := r.Field(name); ok && f.ReadOnly && v.Kind() == 'n' {
			delete(r.Members, name)
		}
	}
}

// DropUnknown removes members that the model does not have.
func (r *Request) DropUnknown() {
	for name := range r.Members {
		if _, ok := r.Field(name); !ok {
			delete(r.Members, name)
		}
	}
}

// DropNull removes those of the named members that are null.
func (r *Request) DropNull(names ...string) {
	for _, name := range names {
		if r.Members[name].Kind() == 'n' {
			delete(r.Members, name)
		}
	}
}

// Native writes the members as the body of a native call, under the model's
// own names.
func (r *Request) Native() []byte {
	members := make(map[string]jsontext.Value, len(r.Members))
	for name, v := range r.Members {
		f, ok := r.Field(name)
		if !ok {
			r.Fail(pointerTo(name), model.CodeUnknownField, "There is no such field.")
			continue
		}
		members[f.Name] = v
	}
	return JSON(nil, members)
}

// A Listing is which records a list shows, or a bulk update changes.
type Listing struct {
	// Filter is the caller's own filter, "" for none, in the words of Grammar;
	// faults of it are those of the query parameter Param.
	Filter  string
	Grammar filter.Grammar
	Param   string
	// Where are further conditions in the native words: all must hold.
	Where []string
	// Hidden is one more condition, in the native words, which holds unless
	// the caller's filter names HiddenField.
	Hidden      string
	HiddenField string

	Sort   string // as the native ?sort=
	Limit  int    // 1 or more
	Offset int
	Fields []string // only these fields are shown; nil for all
}

// A Match says which records stand in for a new one.
type Match struct {
	// Filters, in the native words, are tried one after the other.
	Filters []string
	// Then says what becomes of the record that one of them finds.
	Then Found
}

// Found is what becomes of a record that was there already.
type Found int

// The choices.
const (
	Merge Found = iota // it is updated with what was sent
	Leave              // it stays as it is
	Fill               // it is updated where it has no value
)

// Where makes a condition of the native filter language on one field: its
// operator ("" for equality) and its value.
func Where(field, operator string, value any) string {
	var condition any = value
	if operator != "" {
		condition = map[string]any{operator: value}
	}
	text, err := json.Marshal(map[string]any{field: condition})
	if err != nil {
		panic("compat: " + err.Error()) // values come from JSON or a query
	}
	return string(text)
}

// Both joins a filter that was checked with further conditions.
func Both(given []byte, conditions []string) []byte {
	all := []jsontext.Value{given}
	for _, c := range conditions {
		all = append(all, jsontext.Value(c))
	}
	return JSON(nil, map[string]any{"$and": all})
}

// Either joins conditions of which one must hold.
func Either(conditions []string) string {
	list := make([]jsontext.Value, len(conditions))
	for i, c := range conditions {
		list[i] = jsontext.Value(c)
	}
	return string(JSON(nil, map[string]any{"$or": list}))
}

// Copy is the request as it came, for one who reads it a second time.
func (r *Request) Copy() *Request {
	copied := *r
	copied.Members = maps.Clone(r.Members)
	return &copied
}

// DropFilled removes members for which a record has a value already, and of
// objects the parts that it has. An empty text is no value.
func (r *Request) DropFilled(rec model.Record) {
	for name, v := range r.Members {
		f, ok := r.Field(name)
		if !ok || rec.Values[f.Index] == nil || rec.Values[f.Index] == "" {
			continue
		}
		if lacking := lackingOf(v, f.AppendJSON(nil, rec.Values[f.Index])); lacking != nil {
			r.Members[name] = lacking
		} else {
			delete(r.Members, name)
		}
	}
}

// lackingOf is what one object has and another has not, nil for nothing.
func lackingOf(given, stored jsontext.Value) jsontext.Value {
	members, ok1 := Object(given)
	there, ok2 := Object(stored)
	if !ok1 || !ok2 {
		return nil
	}
	for name, v := range there {
		lacking := lackingOf(members[name], v)
		if lacking != nil {
			members[name] = lacking
		} else if v.Kind() != 'n' {
			delete(members, name)
		}
	}
	if len(members) == 0 {
		return nil
	}
	return JSON(nil, members)
}
