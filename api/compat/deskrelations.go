package compat

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// A deskRelation is one relation of a customer, {delete, id, meta, type}, or
// a contact, which has a value besides.
type deskRelation map[string]jsontext.Value

// deskUnread are further members of an included object. They are ignored: a caller that
// sends back what it has read sends them, but they are no part of the customer.
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

// takeStringID converts an id that is a string, as in the vendor's samples, to a
// number.
func (d deskRelation) takeStringID() {
	if id := idsOf(d["id"]); id != "" && !strings.Contains(id, ",") {
		d["id"] = jsontext.Value(id)
	}
}

// ends reports whether the caller wants the relation to end.
func (d deskRelation) ends() bool { return d["delete"].Kind() == 't' }

// string returns a member that is a string, "" if it is none.
func (d deskRelation) string(name string) string {
	text, _ := String(d[name])
	return text
}

// tidy removes members without a meaning: delete, and those that the SDK sends without a
// value.
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

// judge refuses an id that is not positive, or too large for the vendor's SDK, which
// then could not read the customer.
func (d deskRelation) judge(r *Request, pointer string) {
	if d["id"].Kind() != '0' {
		return // absent, or a fault for the model to find
	}
	switch n, err := strconv.ParseFloat(string(d["id"]), 64); {
	case err != nil || n >= 1<<63:
		r.Fail(pointer+"/id", model.CodeOutOfRange, "This whole number does not fit into 64 bits.")
	case n < 1:
		r.Fail(pointer+"/id", model.CodeOutOfRange, "This must be at least 1.")
	}
}

// deskRelate converts the relations of a body to their stored form, and changes empty
// strings that mean "not set" to null.
func deskRelate(r *Request, included map[string]jsontext.Value) {
	for _, name := range names(included) {
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

// deskOne checks a relation to one record. A relation that ends becomes null.
func deskOne(r *Request, name string) {
	members, ok := Object(r.Members[name])
	if !ok {
		return // absent, null, or a fault for the model to find
	}
	d := deskRelation(members)
	if d.ends() {
		r.Members[name] = jsontext.Value("null")
		return
	}
	d.takeStringID()
	d.judge(r, pointerTo(name))
	if d["delete"].Kind() == 'f' {
		delete(d, "delete")
	}
	deskForget(r, name, d)
	r.Members[name] = JSON(nil, d)
}

// deskForget sets meta to null if the relation changes to another record. A merge patch
// would keep the meta of the former one.
func deskForget(r *Request, name string, d deskRelation) {
	if stored := deskStored(r, name).id(); d["meta"] == nil && d.id() != "" && d.id() != stored && (stored != "" || r.Action == Bulk) {
		d["meta"] = jsontext.Value("null")
	}
}

// deskIncludedCompany relates the customer to an included company, unless the body has a
// company itself.
func deskIncludedCompany(r *Request, raw jsontext.Value) {
	if deskTooMany(r, pointerTo(deskIncluded)+"/companies", raw) {
		return
	}
	companies, ok := deskRelations(r, pointerTo(deskIncluded)+"/companies", raw)
	if _, said := r.Members[deskCompany]; said || !ok {
		return
	}
	stored := deskStored(r, deskCompany).id()
	for _, c := range companies {
		now, set := r.Members[deskCompany]
		switch {
		case c.id() == "":
			r.Fail(pointerTo(deskIncluded)+"/companies", model.CodeSchema, "A company is named by its id.")
		case c.ends() && r.Action == Bulk: // who is not in this company must not lose another
			r.Fail(pointerTo(deskIncluded)+"/companies", model.CodeSchema, "For many customers at once, let the company itself end.")
		case c.ends():
			if !set && stored == c.id() {
				r.Members[deskCompany] = jsontext.Value("null")
			}
		case now.Kind() == '{':
			r.Fail(pointerTo(deskIncluded)+"/companies", model.CodeTooLong, "A customer belongs to one company here.")
		default:
			d := deskRelation{"id": c["id"], "type": jsontext.Value(`"companies"`)}
			if name := c.string("name"); name != "" {
				d["meta"] = JSON(nil, map[string]string{"name": name})
			}
			deskForget(r, deskCompany, d)
			r.Members[deskCompany] = JSON(nil, d)
		}
	}
}

// deskMaxRelations is how many relations a list may have. Each contact is
// compared with all others, and each relation takes far more memory than its
// text.
const deskMaxRelations = 1000

// deskTooMany reports whether a list has too many relations. If so, it notes a fault.
func deskTooMany(r *Request, pointer string, raw jsontext.Value) bool {
	items, _ := Items(raw)
	if len(items) <= deskMaxRelations {
		return false
	}
	r.Fail(pointer, model.CodeTooLong, "This may have at most "+strconv.Itoa(deskMaxRelations)+" items.")
	return true
}

// deskRelations reads a list of relations. ok is false if there is none, or if it has a
// fault, which it notes.
func deskRelations(r *Request, pointer string, raw jsontext.Value) (list []deskRelation, ok bool) {
	if raw == nil || raw.Kind() == 'n' {
		return nil, false
	}
	items, ok := Items(raw)
	if !ok {
		r.Fail(pointer, model.CodeType, "This must be a list.")
		return nil, false
	}
	for _, item := range items {
		members, ok := Object(item)
		if !ok {
			r.Fail(pointer, model.CodeType, "This must be a list of objects.")
			return nil, false
		}
		deskRelation(members).takeStringID()
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

// deskReadOnly are the relations that no caller sets.
var deskReadOnly = []string{"customerwelcomeemails", "createdBy", "updatedBy", deskDeletedBy}

// deskDropSame removes read-only relations that the customer already has. A caller that
// sends them back need not send them completely: the SDK leaves out meta.
func deskDropSame(r *Request) {
	for _, name := range deskReadOnly {
		if v, sent := r.Members[name]; sent && deskSame(v, deskValue(r, name)) {
			delete(r.Members, name)
		}
	}
}

// deskSame reports whether two relations, or two lists of them, are to the
// same things.
func deskSame(a, b jsontext.Value) bool {
	x, isList := Items(a)
	if y, also := Items(b); isList && also {
		return slices.EqualFunc(x, y, deskSame)
	}
	one, ok := Object(a)
	other, _ := Object(b)
	return ok && deskRelation(one).id() != "" && deskRelation(one).id() == deskRelation(other).id()
}
