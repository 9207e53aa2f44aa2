package compat

import (
	"encoding/json"
	"strings"
)

// plane is Plane's customers API: records have no envelope, pages have cursors, and
// errors have three forms. It follows
// https://developers.plane.so/api-reference/customer/update-customer. Paging and errors
// follow its public clients and its community edition. docs/compat.md says what was
// chosen where none of these says anything.
type plane struct{ Plain }

// Names of fields.
const (
	planeName   = "name"
	planeSource = "external_source"
	planeID     = "external_id"
)

// Update takes the members without those that a caller never sets.
func (plane) Update(r *Request) {
	r.DropKept()
	for _, name := range planeWhole {
		planeReplace(r, name)
	}
}

// planeWhole are the fields with any JSON. An update replaces their value.
var planeWhole = []string{"description", "logo_props"}

// planeReplace sets the keys to null that the stored object has and the new one does
// not, because a merge patch would keep them.
func planeReplace(r *Request, name string) {
	was, now := decoded(planeStored(r, name)), decoded(r.Members[name])
	if was != nil && now != nil {
		clearRest(was, now)
		r.Members[name] = JSON(nil, now)
	}
}

// planeStored returns the string that a field of the updated record has, or "".
func planeStored(r *Request, name string) string {
	f, ok := r.Field(name)
	if !ok || r.Record == nil {
		return ""
	}
	text, _ := r.Record.Values[f.Index].(string)
	return text
}

// clearRest sets the keys of was that now lacks to null in now.
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

// decoded reads a JSON object and keeps its numbers as they are. It returns nil for
// any other value.
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

// Create is an upsert: it updates the customer with the same reference to another
// system, else the one with the same name, else it creates one. The id is generated.
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

// planeReference returns the filter for customers with a reference to another system.
func planeReference(source, id string) string {
	return string(Both([]byte(Where(planeSource, "", source)), []string{Where(planeID, "", id)}))
}

// Taken returns the filter for another customer with the reference that this update
// sets, because no two customers may have the same. It returns "" if the update does
// not change the reference.
func (plane) Taken(r *Request) string {
	source, newSource := planeAfter(r, planeSource)
	id, newID := planeAfter(r, planeID)
	if !newSource && !newID || source == "" || id == "" {
		return ""
	}
	return planeReference(source, id)
}

// planeAfter returns the string that a field has after an update, and whether the
// update changes it.
func planeAfter(r *Request, name string) (text string, changes bool) {
	before := planeStored(r, name)
	v, sent := r.Members[name]
	if !sent {
		return before, false
	}
	text, _ = String(v)
	return text, text != before
}
