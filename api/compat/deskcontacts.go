package compat

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// deskSetContacts replaces the contacts of a request by the list to be stored.
// A list in the body replaces all contacts of the customer, and each included
// contact adds details to the one it names. Included contacts without a list
// in the body change the contacts that the customer has.
func deskSetContacts(r *Request, included jsontext.Value) {
	told, given, ok := deskReadContacts(r, included)
	named := given != nil
	if !ok || !named && len(told) == 0 {
		return
	}
	if r.Action == Bulk && (!named || deskAllEnd(given) && slices.ContainsFunc(given, deskRelation.identified)) {
		// The customers have different contacts. One patch for all of them
		// could only replace the whole list of each.
		r.Fail(pointerTo(deskContacts), model.CodeSchema, "For many customers at once, give all contacts that they shall have.")
		return
	}
	kept := deskKeepContacts(r, deskNewContacts(r, told, given))
	if kept == 0 && len(given)+len(told) > 0 {
		r.Members[deskContacts] = jsontext.Value("null")
	}
}

// deskReadContacts reads the included contacts and those of the body. given is
// nil if the body has none. ok is false if a list has a fault.
func deskReadContacts(r *Request, included jsontext.Value) (told, given []deskRelation, ok bool) {
	tooMany := deskTooMany(r, pointerTo(deskIncluded)+"/contacts", included)
	if deskTooMany(r, pointerTo(deskContacts), r.Members[deskContacts]) {
		delete(r.Members, deskContacts) // checking each of them takes too long
		tooMany = true
	}
	if tooMany {
		return nil, nil, false
	}
	before := r.Faults.Found()
	told, _ = deskRelations(r, pointerTo(deskIncluded)+"/contacts", included)
	given, named := deskRelations(r, pointerTo(deskContacts), r.Members[deskContacts])
	if named && given == nil {
		given = []deskRelation{} // an empty list is a list
	}
	return told, given, r.Faults.Found() == before
}

// deskNewContacts returns the contacts that the customer shall have, among
// them those that end. given is nil if the body has no list.
func deskNewContacts(r *Request, told, given []deskRelation) []deskRelation {
	stored := deskStoredContacts(r)
	if given == nil {
		return deskMergeContacts(stored, told)
	}
	list := deskTell(given, told, stored)
	if deskAllEnd(given) && r.Record != nil {
		return append(deskWithout(stored, given), list[len(given):]...)
	}
	return list
}

// deskKeepContacts checks the contacts of a list and writes those that do not
// end into the request. It returns how many these are.
func deskKeepContacts(r *Request, list []deskRelation) int {
	kept := make([]deskRelation, 0, len(list))
	for _, c := range list {
		if !c.ends() {
			c.tidy()
			c.judge(r, pointerTo(deskContacts)+"/"+strconv.Itoa(len(kept)))
			kept = append(kept, c)
		}
	}
	if r.Record != nil {
		deskNumber(r.Record.Values[r.Model.Role(model.RoleID).Index], kept)
	}
	r.Members[deskContacts] = JSON(nil, kept)
	return len(kept)
}

// deskStoredContacts returns the contacts of the record of an update, as callers see
// them.
func deskStoredContacts(r *Request) []deskRelation {
	var list []deskRelation
	if raw := deskValue(r, deskContacts); len(raw) == 0 || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	deskNumber(r.Record.Values[r.Model.Role(model.RoleID).Index], list)
	return list
}

// deskNumber gives an id to each contact of a customer that has none, because the
// vendor's clients match contacts with included ones by their ids. The ids are computed
// from the id of the customer and the position in the list, so that they differ from
// those of other customers. They are stored with the next change of the list.
func deskNumber(customer any, list []deskRelation) {
	taken := map[string]bool{}
	for _, c := range list {
		taken[c.id()] = true
	}
	of, _ := customer.(int64)
	of = of % (1 << 43) * deskMaxRelations // JavaScript rounds larger numbers
	var last int64
	for i, c := range list {
		for n := max(of+int64(i), last) + 1; c.id() == ""; n++ {
			if id := strconv.FormatInt(n, 10); !taken[id] {
				c["id"] = jsontext.Value(id)
			}
			last = n
		}
	}
}

// deskAllEnd reports whether a list has contacts and all of them end.
func deskAllEnd(list []deskRelation) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(c deskRelation) bool { return !c.ends() })
}

// identified reports whether a contact has an id or a value, which identify it.
func (d deskRelation) identified() bool { return d.id() != "" || d.string("value") != "" }

// deskWithout returns a list without the contacts that match those in gone.
func deskWithout(list, gone []deskRelation) []deskRelation {
	keys := deskWhos(gone)
	var remaining []deskRelation
	for _, c := range list {
		if deskFind(keys, c.key()) < 0 {
			remaining = append(remaining, c)
		}
	}
	return remaining
}

// A deskWho is what identifies a contact.
type deskWho struct{ id, value, way string }

func (d deskRelation) key() deskWho { return deskWho{d.id(), d.string("value"), d.way()} }

func deskWhos(list []deskRelation) []deskWho {
	keys := make([]deskWho, len(list))
	for i, c := range list {
		keys[i] = c.key()
	}
	return keys
}

// deskFind returns the index of the contact in a list that c matches: by the id, else by
// the value and the way. It returns -1 if there is none.
func deskFind(list []deskWho, c deskWho) int {
	if i := slices.IndexFunc(list, func(other deskWho) bool { return c.id != "" && c.id == other.id }); i >= 0 {
		return i
	}
	return slices.IndexFunc(list, func(other deskWho) bool {
		return c.value != "" && c.value == other.value && (c.way == other.way || c.way == "" || other.way == "")
	})
}

// way returns how a contact is reached, such as by email: its type, unless that is the
// type of the relation.
func (d deskRelation) way() string {
	if way := d.string("type"); way != deskContacts {
		return way
	}
	return ""
}

// deskTell completes the contacts of a list: first with the details of the included
// contacts that match, then with those that the record has, because the SDK sends only
// ids and types. Contacts match by id or value, and a contact with neither by its
// position. Included contacts that match none are appended.
func deskTell(list, told, stored []deskRelation) []deskRelation {
	used := make([]bool, len(told))
	toldKeys, storedKeys := deskWhos(told), deskWhos(stored)
	for i, c := range list {
		if j := deskMatch(toldKeys, c.key(), i); j >= 0 && !used[j] {
			used[j] = true
			c.learn(told[j])
		}
		if j := deskMatch(storedKeys, c.key(), i); j >= 0 {
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

// deskMatch returns the index of the contact that the i-th contact of another list
// matches, -1 if there is none.
func deskMatch(list []deskWho, c deskWho, i int) int {
	if j := deskFind(list, c); j >= 0 {
		return j
	}
	if i < len(list) && c.id == "" && (c.value == "" || list[i].value == "" && list[i].id == "") {
		return i
	}
	return -1
}

// deskDetails are the members that an included contact adds to the contact it matches.
var deskDetails = []string{"id", "value", "type", "isMain", "delete"}

// learn copies the details of an included contact.
func (d deskRelation) learn(told deskRelation) {
	for _, name := range deskDetails {
		if v := told[name]; v != nil && v.Kind() != 'n' && string(v) != `""` {
			d[name] = v
		}
	}
}

// recall copies the members of the stored contact that d lacks. It also replaces the
// type of the relation by the more precise type of the contact.
func (d deskRelation) recall(stored deskRelation) {
	for name, v := range stored {
		if old := d[name]; old == nil || old.Kind() == 'n' || name == "id" && d.id() == "" || name == "type" && d.way() == "" {
			d[name] = v
		}
	}
}

// deskOnly returns an included contact with nothing but its details.
func deskOnly(told deskRelation) deskRelation {
	c := deskRelation{}
	c.learn(told)
	return c
}

// deskMergeContacts changes the stored contacts that included ones match, and appends
// the other included ones.
func deskMergeContacts(stored, told []deskRelation) []deskRelation {
	list, keys := stored, deskWhos(stored)
	for _, t := range told {
		if i := deskFind(keys, t.key()); i >= 0 {
			list[i].learn(t)
			keys[i] = list[i].key()
		} else {
			list = append(list, deskOnly(t))
			keys = append(keys, list[len(list)-1].key())
		}
	}
	return list
}
