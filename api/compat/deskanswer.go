package compat

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// deskAll asks for everything that can be included.
const deskAll = "all"

// deskIncludes is what a caller can ask to be included.
var deskIncludes = []string{"companies", deskContacts, "customerwelcomeemails", "users"}

// deskTypes are the vendor's types of relations. These are also the names of the
// included lists.
var deskTypes = map[string]string{
	deskCompany: "companies", deskContacts: deskContacts, "customerwelcomeemails": "customerwelcomeemails",
	"createdBy": "users", "updatedBy": "users", deskDeletedBy: "users",
}

// Value gives every relation a type that is a string, because the vendor's SDK can read
// no other.
func (desk) Value(f *model.Field, stored any, secrets model.Secrets) jsontext.Value {
	shown := f.AppendShown(nil, stored, secrets)
	relation, related := deskTypes[f.VendorName]
	if !related || stored == nil {
		return shown
	}
	if f.Type == model.Object {
		return JSON(nil, deskTyped(shown, relation))
	}
	var list []jsontext.Value
	if json.Unmarshal(shown, &list) != nil {
		return shown
	}
	for i := range list {
		list[i] = deskTyped(list[i], relation)
	}
	return JSON(nil, list)
}

// deskTyped returns a relation with a type.
func deskTyped(v jsontext.Value, relation string) jsontext.Value {
	members, ok := Object(v)
	if !ok || members["type"].Kind() == '"' {
		return v
	}
	members["type"] = JSON(nil, relation)
	return JSON(nil, members)
}

// A deskMember is a field of a customer in an answer.
type deskMember struct {
	name  string
	value jsontext.Value
}

// deskMembers splits a customer into its fields, in their order.
func deskMembers(record jsontext.Value) []deskMember {
	var members []deskMember
	dec := jsontext.NewDecoder(bytes.NewReader(record))
	_, _ = dec.ReadToken() // the record is an object that was just written
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			break
		}
		m := deskMember{name: name.String()}
		if m.value, err = dec.ReadValue(); err != nil {
			break
		}
		m.value = m.value.Clone()
		members = append(members, m)
	}
	return members
}

// A deskReply builds an answer with customers: which of their fields it shows, and
// their related records.
type deskReply struct {
	fields   map[string]bool // none for all
	wanted   []string        // of deskIncludes
	included map[string][]jsontext.Value
	seen     map[string]bool
}

// newDeskReply prepares the answer to a request. After a change it includes all
// relations, unless the request names some.
func newDeskReply(r *Request) *deskReply {
	d := &deskReply{
		fields: setOf(deskList(r, "fields")), wanted: deskList(r, "includes"),
		included: map[string][]jsontext.Value{}, seen: map[string]bool{},
	}
	changed := r.Action == Create || r.Action == Update
	if slices.Contains(d.wanted, deskAll) || changed && len(d.wanted) == 0 {
		d.wanted = deskIncludes
	}
	d.wanted = slices.DeleteFunc(slices.Clone(deskIncludes), func(relation string) bool { return !slices.Contains(d.wanted, relation) })
	for _, relation := range d.wanted {
		d.included[relation] = []jsontext.Value{}
	}
	return d
}

// customer returns a customer as it is shown, and adds its related records to the
// answer. deletedBy and deletedAt are shown only while it is deleted.
func (d *deskReply) customer(record jsontext.Value) jsontext.Value {
	members := deskMembers(record)
	deleted := slices.ContainsFunc(members, func(m deskMember) bool {
		return m.name == deskState && string(m.value) == `"`+deskDeleted+`"`
	})
	dst := []byte{'{'}
	var id int64
	for _, m := range members {
		switch m.name {
		case "id":
			id, _ = strconv.ParseInt(string(m.value), 10, 64)
		case deskContacts:
			m.value = deskNumbered(id, m.value)
		}
		if (m.name == deskDeletedAt || m.name == deskDeletedBy) && !deleted {
			continue
		}
		d.include(deskTypes[m.name], m.value)
		if len(d.fields) > 0 && m.name != "id" && !d.fields[m.name] {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(JSON(dst, m.name), ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}

// deskNumbered returns a list of contacts in which each has an id.
func deskNumbered(customer int64, v jsontext.Value) jsontext.Value {
	var list []deskRelation
	if v.Kind() != '[' || json.Unmarshal(v, &list) != nil {
		return v
	}
	deskNumber(customer, list)
	return JSON(nil, list)
}

// include adds the related records of a relation, each once.
func (d *deskReply) include(relation string, v jsontext.Value) {
	if relation == "" || !slices.Contains(d.wanted, relation) {
		return
	}
	var items []jsontext.Value
	if json.Unmarshal(v, &items) != nil {
		items = []jsontext.Value{v}
	}
	for _, item := range items {
		members, ok := Object(item)
		id := deskRelation(members).id()
		if !ok || id != "" && d.seen[relation+id] {
			continue
		}
		d.seen[relation+id] = id != ""
		d.included[relation] = append(d.included[relation], deskToldName(relation, members, item))
	}
}

// deskToldName returns an included company with its name, if it is known.
func deskToldName(relation string, members deskRelation, item jsontext.Value) jsontext.Value {
	meta, _ := Object(members["meta"])
	if name := meta["name"]; relation == deskTypes[deskCompany] && members["name"] == nil && name.Kind() == '"' {
		members["name"] = name
		return JSON(nil, members)
	}
	return item
}

// One is the customer together with its related records.
func (desk) One(r *Request, record jsontext.Value) any {
	d := newDeskReply(r)
	return struct {
		Customer jsontext.Value              `json:"customer"`
		Included map[string][]jsontext.Value `json:"included"`
	}{d.customer(record), d.included}
}

// deskPagination and deskPageMeta give the position of a page in two formats.
type deskPagination struct {
	Records int64 `json:"records"` // on all pages
	Size    int   `json:"pageSize"`
	Pages   int64 `json:"pages"`
	Page    int   `json:"page"`
	More    bool  `json:"hasMorePages"`
}

type deskPageMeta struct {
	Count  int64 `json:"count"` // on all pages
	Size   int   `json:"pageSize"`
	Offset int   `json:"pageOffset"` // customers before the page
	Pages  int64 `json:"pages"`
	More   bool  `json:"hasMore"`
}

// Many is a page of customers together with their related records.
func (desk) Many(p Page) any {
	d := newDeskReply(p.Request)
	customers := make([]jsontext.Value, len(p.Items))
	for i, record := range p.Items {
		customers[i] = d.customer(record)
		p.Items[i] = nil // no page is held twice
	}
	l := p.Listing
	type meta struct {
		Page deskPageMeta `json:"page"`
	}
	return struct {
		Customers  []jsontext.Value            `json:"customers"`
		Included   map[string][]jsontext.Value `json:"included"`
		Pagination deskPagination              `json:"pagination"`
		Meta       meta                        `json:"meta"`
	}{
		customers, d.included,
		deskPagination{p.Total, l.Limit, p.Pages(), l.Offset/l.Limit + 1, p.More()},
		meta{deskPageMeta{p.Total, l.Limit, l.Offset, p.Pages(), p.More()}},
	}
}
