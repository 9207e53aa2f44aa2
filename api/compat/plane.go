package compat

import (
	"encoding/json"
	"strings"
)

// plane is how Plane's customers API speaks: records without an envelope,
// pages behind a cursor, and errors of three shapes. Its page is
// https://developers.plane.so/api-reference/customer/update-customer; paging
// and errors are as its public clients and its community edition have them.
// What none of these says is in docs/compat.md.
type plane struct{ Plain }

// Names that the rules below speak of.
const (
	planeName   = "name"
	planeSource = "external_source"
	planeID     = "external_id"
)

// Update takes the members as they are, but those that a caller never sets.
func (plane) Update(r *Request) {
	r.DropKept()
	for _, name := range planeWhole {
		planeReplace(r, name)
	}
}

// planeWhole are the fields of any JSON, which an update replaces.
var planeWhole = []string{"description", "logo_props"}

// planeReplace sends away the keys that an object has and shall no longer
// have. As a merge patch it would keep them.
func planeReplace(r *Request, name string) {
	was, now := decoded(planeStored(r, name)), decoded(r.Members[name])
	if was != nil && now != nil {
		clearRest(was, now)
		r.Members[name] = JSON(nil, now)
	}
}

// planeStored is the text that a field of the updated record holds, or "".
func planeStored(r *Request, name string) string {
	f, ok := r.Field(name)
	if !ok || r.Record == nil {
		return ""
	}
	text, _ := r.Record.Values[f.Index].(string)
	return text
}

// clearRest sets the keys of an object to null that only the other has.
func clearRest(was, now map[string]any) {
	for key, old := range was {
		v, kept := now[key]
		if !kept {
			now[key] = nil
			continue
		}
		before, _ := old.(map[string]any)
		if after, ok := v.(map[string]any); ok {
			clearRest(before, after)
		}
	}
}

// decoded reads a JSON object, with its numbers as they stand; nil for all
// else.
func decoded[T ~string | ~[]byte](v T) map[string]any {
	dec := json.NewDecoder(strings.NewReader(string(v)))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) != nil {
		return nil
	}
	object, _ := value.(map[string]any)
	return object
}

// Create is an upsert: a customer with the same reference to another system
// is updated, else one of the same name, else there is a new one. The id is
// made here.
func (plane) Create(r *Request) Match {
	r.DropKept()
	r.DropDefaults()
	var m Match
	source, _ := String(r.Members[planeSource])
	id, _ := String(r.Members[planeID])
	if source != "" && id != "" {
		m.Filters = append(m.Filters, planeReference(source, id))
	}
	if name, ok := String(r.Members[planeName]); ok {
		m.Filters = append(m.Filters, Where(planeName, "", name))
	}
	return m
}

// planeReference finds the customers that stand for one thing in another
// system.
func planeReference(source, id string) string {
	return string(Both([]byte(Where(planeSource, "", source)), []string{Where(planeID, "", id)}))
}

// Taken finds the customer that has the reference to another system which
// this one would get: no two stand for the same thing. A reference that stays
// as it is takes nothing from anyone.
func (plane) Taken(r *Request) string {
	source, newSource := planeAfter(r, planeSource)
	id, newID := planeAfter(r, planeID)
	if !newSource && !newID || source == "" || id == "" {
		return ""
	}
	return planeReference(source, id)
}

// planeAfter is the text that a field will hold after an update, and whether
// the update changes it.
func planeAfter(r *Request, name string) (text string, changes bool) {
	before := planeStored(r, name)
	v, sent := r.Members[name]
	if !sent {
		return before, false
	}
	text, _ = String(v)
	return text, text != before
}
