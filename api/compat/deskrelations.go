package compat

import (
	"encoding/json"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// A deskRelation is one relation of a customer, {delete, id, meta, type}, or
// a contact, which has a value besides.
type deskRelation map[string]jsontext.Value

// deskDetails are what an included contact tells of the contact it stands
// for.
var deskDetails = []string{"id", "value", "type", "isMain"}

// deskUnread are what an included object may hold beside companies and
// contacts. A caller who sends back what was read sends them; they are not
// part of the customer.
var deskUnread = []string{
	"customers", "customerwelcomeemails", "domains", "inboxes", "messages", "slacustomers", "slacompanies",
	"slainboxes", "slanotifications", "slaticketpriorities", "slatags", "tags", "ticketactivities", "ticketsources",
	"ticketstatuses", "tickettypes", "timelogs", "users",
}

// id is the number of the relation, "" for none: the SDK sends 0 for what the
// vendor has not numbered yet.
func (d deskRelation) id() string {
	if v := d["id"]; v != nil && v.Kind() == '0' && string(v) != "0" {
		return string(v)
	}
	return ""
}

// ends reports whether the caller wants the relation to end.
func (d deskRelation) ends() bool { return d["delete"].Kind() == 't' }

// text is a member that is a text, "" if it is none.
func (d deskRelation) text(name string) string {
	text, _ := Text(d[name])
	return text
}

// tidy removes what says nothing: that the relation does not end, and members
// that the SDK sends without a value.
func (d deskRelation) tidy() {
	if k := d["delete"].Kind(); k == 't' || k == 'f' {
		delete(d, "delete")
	}
	if id := d["id"]; id.Kind() == 'n' || string(id) == "0" {
		delete(d, "id")
	}
	for _, name := range []string{"meta", "type", "value", "isMain"} {
		if v := d[name]; v.Kind() == 'n' || name == "type" && string(v) == `""` {
			delete(d, name)
		}
	}
}

// deskRelate makes the relations of a body what is kept of them, and texts
// that the vendor takes for unset null: its checks pass every empty value.
func deskRelate(r *Request, included map[string]jsontext.Value) {
	for name := range included {
		if name != "companies" && name != deskContacts && !slices.Contains(deskUnread, name) {
			r.Fail(pointerTo(deskIncluded)+pointerTo(name), model.CodeUnknownField, "There is no such relation.")
		}
	}
	for _, name := range []string{deskEmail, "permission"} {
		if string(r.Members[name]) == `""` {
			r.Members[name] = jsontext.Value("null")
		}
	}
	deskOne(r, deskCompany)
	deskOne(r, "pmperson")
	deskIncludedCompany(r, included["companies"])
	deskSetContacts(r, included[deskContacts])
}

// deskOne makes a relation to one thing null where it is to end.
func deskOne(r *Request, name string) {
	members, ok := Object(r.Members[name])
	if !ok {
		return // absent, null, or a fault for the model to find
	}
	d := deskRelation(members)
	switch {
	case d.ends():
		r.Members[name] = jsontext.Value("null")
		return
	case string(d["id"]) == "0":
		r.Fail(pointerTo(name)+"/id", model.CodeOutOfRange, "This must be at least 1.")
	}
	if d["delete"].Kind() == 'f' {
		delete(d, "delete")
	}
	r.Members[name] = JSON(nil, d)
}

// deskIncludedCompany lets an included company be the customer's, where the
// body does not say so itself.
func deskIncludedCompany(r *Request, raw jsontext.Value) {
	companies, ok := deskRelations(r, pointerTo(deskIncluded)+"/companies", raw)
	if _, said := r.Members[deskCompany]; said || !ok {
		return
	}
	for _, c := range companies {
		now, set := r.Members[deskCompany]
		switch {
		case c.id() == "":
			r.Fail(pointerTo(deskIncluded)+"/companies", model.CodeSchema, "A company is named by its id.")
		case c.ends():
			if !set && (r.Record == nil || deskStored(r, deskCompany).id() == c.id()) {
				r.Members[deskCompany] = jsontext.Value("null")
			}
		case now.Kind() == '{':
			r.Fail(pointerTo(deskIncluded)+"/companies", model.CodeTooLong, "A customer belongs to one company here.")
		default:
			r.Members[deskCompany] = JSON(nil, deskRelation{"id": c["id"], "type": jsontext.Value(`"companies"`)})
		}
	}
}

// deskRelations reads a list of relations, and notes what is no such list. It
// is not ok without one.
func deskRelations(r *Request, pointer string, raw jsontext.Value) (list []deskRelation, ok bool) {
	if raw == nil || raw.Kind() == 'n' {
		return nil, false
	}
	var items []jsontext.Value
	if raw.Kind() != '[' || json.Unmarshal(raw, &items) != nil {
		r.Fail(pointer, model.CodeType, "This must be a list.")
		return nil, false
	}
	for _, item := range items {
		members, ok := Object(item)
		if !ok {
			r.Fail(pointer, model.CodeType, "This must be a list of objects.")
			return nil, false
		}
		list = append(list, members)
	}
	return list, true
}

// deskStored is the relation that the record of an update has, empty if there
// is none.
func deskStored(r *Request, name string) deskRelation {
	members, _ := Object(deskValue(r, name))
	return members
}

// deskValue is a list or an object of the record of an update, nil for none.
func deskValue(r *Request, name string) jsontext.Value {
	f, ok := r.Field(name)
	if !ok || r.Record == nil {
		return nil
	}
	text, _ := r.Record.Values[f.Index].(string)
	return jsontext.Value(text)
}

// deskSetContacts makes the list of contacts that is kept. The body's own
// list stands for the whole, and included contacts add what they tell of
// those in it. Included contacts alone are changes of the ones that are there.
func deskSetContacts(r *Request, raw jsontext.Value) {
	told, some := deskRelations(r, pointerTo(deskIncluded)+"/contacts", raw)
	given, named := deskRelations(r, pointerTo(deskContacts), r.Members[deskContacts])
	if !named && !some || len(r.Faults) > 0 {
		return
	}
	stored := deskStoredContacts(r)
	list := given
	if named {
		list = deskTell(list, told, stored)
	} else {
		list = deskMergeContacts(stored, told)
	}
	if deskAllEnd(given) && r.Record != nil {
		list = append(deskWithout(stored, given), list[len(given):]...)
	}
	kept := make([]deskRelation, 0, len(list))
	for _, c := range list {
		if !c.ends() {
			c.tidy()
			kept = append(kept, c)
		}
	}
	r.Members[deskContacts] = JSON(nil, kept)
	if len(kept) == 0 && len(given)+len(told) > 0 {
		r.Members[deskContacts] = jsontext.Value("null")
	}
}

// deskStoredContacts are the contacts of the record of an update.
func deskStoredContacts(r *Request) []deskRelation {
	var list []deskRelation
	if raw := deskValue(r, deskContacts); len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// deskAllEnd reports whether a caller named contacts only to end them.
func deskAllEnd(list []deskRelation) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(c deskRelation) bool { return !c.ends() })
}

// deskWithout is a list without the contacts that others stand for.
func deskWithout(list, gone []deskRelation) []deskRelation {
	var left []deskRelation
	for _, c := range list {
		if deskFind(gone, c) < 0 {
			left = append(left, c)
		}
	}
	return left
}

// deskFind finds the contact of a list that c stands for: by its id, else by
// what it says.
func deskFind(list []deskRelation, c deskRelation) int {
	return slices.IndexFunc(list, func(other deskRelation) bool {
		if c.id() != "" && other.id() != "" {
			return c.id() == other.id()
		}
		x, y := c.way(), other.way()
		return c.text("value") != "" && c.text("value") == other.text("value") && (x == y || x == "" || y == "")
	})
}

// way is how a contact is reached: its type, unless that is the type of the
// relation.
func (d deskRelation) way() string {
	if way := d.text("type"); way != deskContacts {
		return way
	}
	return ""
}

// deskTell adds to the contacts of a list what included ones tell of them,
// found by id or, where neither has one, by place, and then what the record
// knows of them: the SDK sends ids and types alone. Who is told of and not in
// the list is put behind it.
func deskTell(list, told, stored []deskRelation) []deskRelation {
	used := make([]bool, len(told))
	for i, c := range list {
		if j := deskMatch(told, c, i); j >= 0 && !used[j] {
			used[j] = true
			c.learn(told[j])
		}
		if j := deskMatch(stored, c, i); j >= 0 {
			c.recall(stored[j])
		}
	}
	for j, c := range told {
		if !used[j] {
			list = append(list, deskOnly(c))
		}
	}
	return list
}

// deskMatch finds the contact that the i-th of another list stands for.
func deskMatch(list []deskRelation, c deskRelation, i int) int {
	if j := deskFind(list, c); j >= 0 {
		return j
	}
	if i < len(list) && c.id() == "" && list[i].id() == "" && (c.text("value") == "" || list[i].text("value") == "") {
		return i
	}
	return -1
}

// learn takes over what an included contact tells.
func (d deskRelation) learn(told deskRelation) {
	for _, name := range append([]string{"delete"}, deskDetails...) {
		if v := told[name]; v != nil && v.Kind() != 'n' && string(v) != `""` {
			d[name] = v
		}
	}
}

// recall fills in what the record knows. The type of the relation says less
// than the type of the contact.
func (d deskRelation) recall(stored deskRelation) {
	for name, v := range stored {
		if old := d[name]; old == nil || old.Kind() == 'n' || name == "type" && d.way() == "" {
			d[name] = v
		}
	}
}

// deskOnly is an included contact without what the vendor tells besides.
func deskOnly(told deskRelation) deskRelation {
	c := deskRelation{}
	c.learn(told)
	return c
}

// deskMergeContacts changes those contacts of a record that included ones
// stand for, and adds the others.
func deskMergeContacts(stored, told []deskRelation) []deskRelation {
	list := stored
	for _, t := range told {
		if i := deskFind(list, t); i >= 0 {
			list[i].learn(t)
		} else {
			list = append(list, deskOnly(t))
		}
	}
	return list
}

// deskDropSame removes read-only relations that are the customer's own: the
// SDK sends one back without its meta.
func deskDropSame(r *Request) {
	for _, name := range []string{"createdBy", "updatedBy", deskDeletedBy} {
		members, ok := Object(r.Members[name])
		if d := deskRelation(members); ok && r.Record != nil && d.id() != "" && d.id() == deskStored(r, name).id() {
			delete(r.Members, name)
		}
	}
}
