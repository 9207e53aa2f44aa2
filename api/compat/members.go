package compat

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

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

// Object splits a JSON object that is known to be sound JSON; see [Members].
func Object(v jsontext.Value) (map[string]jsontext.Value, bool) {
	members, err := Members(v)
	return members, err == nil
}

// String reads a JSON string. ok is false for any other value.
func String(v jsontext.Value) (string, bool) {
	var text string
	ok := v.Kind() == '"' && json.Unmarshal(v, &text) == nil
	return text, ok
}

// DropKept removes the id and the times of the record, which a caller may send back but
// never sets. Other read-only fields must have their present value.
func (r *Request) DropKept() {
	for name := range r.Members {
		f, ok := r.Field(name)
		if ok && (f.Role == model.RoleID || f.ReadOnly && f.Type == model.DateTime) {
			delete(r.Members, name)
		}
	}
}

// DropDefaults removes read-only members with their default value: a caller may send a
// whole record that it has read elsewhere.
func (r *Request) DropDefaults() {
	for name, v := range r.Members {
		f, ok := r.Field(name)
		if ok && f.ReadOnly && string(v) == string(f.AppendJSON(nil, f.Default)) {
			delete(r.Members, name)
		}
	}
}

// DropUnset removes read-only members that are null: a caller may send a whole record.
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
	members := map[string]jsontext.Value{}
	for _, name := range names(r.Members) {
		f, ok := r.Field(name)
		if !ok {
			r.Fail(pointerTo(name), model.CodeUnknownField, "There is no such field.")
			continue
		}
		members[f.Name] = r.Members[name]
	}
	return JSON(nil, members)
}

// names returns the sorted names of members, so that a request always has its faults in
// the same order.
func names(members map[string]jsontext.Value) []string { return slices.Sorted(maps.Keys(members)) }

// DropFilled removes members for which a record already has a value; of objects, the
// parts that it has. An empty string is no value.
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

// lackingOf returns the members of given that stored lacks, nil if there are none.
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
