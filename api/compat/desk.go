package compat

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// desk is Teamwork Desk's customers API: records in an envelope together with related
// records, lists by page number, and filters in the vendor's grammar. It follows
// https://apidocs.teamwork.com/docs/desk/v2/customers/patch-v2-customers-update-json
// and, for what callers send in practice, the vendor's Go SDK. docs/compat.md says what
// was chosen where neither says anything.
type desk struct{ Plain }

// Members of a body that are not fields of a customer.
const (
	deskEnvelope   = "customer"
	deskIncluded   = "included"
	deskFilterArgs = "filter_args"
)

// Names of fields.
const (
	deskState     = "state"
	deskDeleted   = "deleted"
	deskDeletedAt = "deletedAt"
	deskDeletedBy = "deletedBy"
	deskCompany   = "company"
	deskContacts  = "contacts"
	deskEmail     = "email"
)

// deskUnset are members that the vendor's SDK sends as null in every body, even if its
// caller does not clear them. "type" is the SDK's type of a relation and no field.
var deskUnset = []string{"type", deskContacts, "customerwelcomeemails", "jobTitle"}

// Update opens the envelope and converts relations to their stored form. A bulk update
// must change something and cannot have read-only fields. An update of one customer may
// repeat them as they were read.
func (desk) Update(r *Request) {
	if r.Action == Bulk {
		deskReadArgs(r)
	}
	included := deskOpen(r)
	if r.Method == http.MethodPut {
		r.DropNull(deskUnset...)
	}
	deskDropNoID(r)
	if r.Action != Bulk {
		r.DropKept()
		deskDropSame(r)
	}
	deskRelate(r, included)
	if r.Action == Bulk && len(r.Members) == 0 && r.Faults.Found() == 0 {
		r.Fail("", model.CodeEmptyPatch, "Give at least one field to change.")
	}
}

// Create accepts what an update accepts. The id and the times are generated.
func (desk) Create(r *Request) Match {
	included := deskOpen(r)
	r.DropNull(deskUnset...)
	r.DropKept()
	r.DropDefaults()
	deskRelate(r, included)
	return Match{}
}

// deskOpen takes the customer out of its envelope, if there is one, and returns the
// included relations.
func deskOpen(r *Request) map[string]jsontext.Value {
	beside := r.Unwrap(deskEnvelope)
	if beside == nil {
		beside = map[string]jsontext.Value{deskIncluded: r.Members[deskIncluded]}
		delete(r.Members, deskIncluded)
	}
	raw := beside[deskIncluded]
	delete(beside, deskIncluded)
	for _, name := range names(beside) {
		r.Fail(pointerTo(name), model.CodeUnknownField, "There is no such field.")
	}
	if raw == nil || raw.Kind() == 'n' {
		return nil
	}
	included, ok := Object(raw)
	if !ok {
		r.Fail(pointerTo(deskIncluded), model.CodeType, "This must be an object.")
	}
	return included
}

// deskDropNoID removes an id that is null or 0, as the SDK sends it.
func deskDropNoID(r *Request) {
	if v := r.Members["id"]; v.Kind() == 'n' || string(v) == "0" {
		delete(r.Members, "id")
	}
}

// Pages of a list of customers.
const (
	deskPage    = 50
	deskMaxPage = 100
)

// List reads filter and includeArchived, and for a list also orderBy, orderMode, page
// and pageSize. Deleted customers are left out unless the request asks for them.
func (desk) List(r *Request) Listing {
	l := Listing{Grammar: filter.Desk, Param: "filter"}
	l.Filter, _ = r.Param("filter")
	if r.Action == List {
		l.Names = deskRelated
	}
	l.Filter = deskFilterText(r, l.Filter)
	deskPaths(r, l)
	if !r.Flag("includeArchived") {
		l.Hidden, l.HiddenField = Where(deskState, "", "active"), deskState
	}
	if r.Action != List {
		return l
	}
	deskAsked(r)
	l.Sort = deskOrder(r)
	l.Limit, l.SizeParam = deskSize(r), "pageSize"
	l.Offset = (r.Number("page", 1, 1) - 1) * l.Limit
	return l
}

// deskSize reads pageSize. A page that is too large becomes the largest possible,
// without a fault.
func deskSize(r *Request) int {
	text, _ := r.Param("pageSize")
	if digits := strings.Trim(text, "0123456789") == ""; digits && len(text) > len("1000000") {
		return deskMaxPage
	}
	return min(r.Number("pageSize", 1, deskPage), deskMaxPage)
}

// Get reads includes and fields.
func (desk) Get(r *Request) { deskAsked(r) }

// deskPaths refuses paths in a filter that the vendor does not list.
func deskPaths(r *Request, l Listing) {
	dec := jsontext.NewDecoder(strings.NewReader(l.Filter))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return // the end, or a fault for the filter's own check to find
		}
		kind, n := dec.StackIndex(dec.StackDepth())
		isName := token.Kind() == '"' && kind == '{' && n%2 == 1
		if !isName {
			continue
		}
		name := token.String()
		head, _, below := strings.Cut(name, ".")
		f, known := r.Model.Field(head)
		if _, named := l.Names[name]; named || !below || !known || !f.Filterable {
			continue
		}
		fault := web.Fault{Code: filter.CodeNotFilterable, Detail: "The field cannot be filtered.", In: web.InFilter}
		if !r.Faults.Full() {
			fault.Pointer = string(dec.StackPointer())
		}
		r.Faults.Add(fault)
	}
}

// deskOrder reads orderBy and orderMode. A list can be ordered by what it can be
// filtered by, by the email address, and by relations.
func deskOrder(r *Request) string {
	by, _ := r.Param("orderBy")
	name, descending := by, r.Choice("orderMode", "asc", "desc") == "desc"
	f, known := r.Field(by)
	_, related := deskRelated[by]
	switch {
	case by == "":
		name = r.Model.Role(model.RoleID).Name
	case related:
	case !known || !f.Filterable && by != deskEmail:
		r.FailParam("orderBy", model.CodeUnknownField, "The customers cannot be ordered by this.")
		return ""
	case f.Concealed():
		r.FailParam("orderBy", "not_sortable", "The customers cannot be ordered by this here.")
		return ""
	default:
		name = f.Name
	}
	if descending {
		return "-" + name
	}
	return name
}

// deskAsked checks the names in includes and fields.
func deskAsked(r *Request) {
	for _, name := range deskList(r, "includes") {
		if name != deskAll && !slices.Contains(deskIncludes, name) {
			r.FailParam("includes", model.CodeEnum, "This must be one of: "+strings.Join(deskIncludes, ", ")+", "+deskAll+".")
		}
	}
	for _, name := range deskList(r, "fields") {
		if _, known := r.Field(name); !known {
			r.FailParam("fields", model.CodeUnknownField, "Customers have no field that is called like one of these.")
		}
	}
}

// deskList reads a parameter that lists names between commas.
func deskList(r *Request, name string) []string {
	text, _ := r.Param(name)
	var names []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			names = append(names, part)
		}
	}
	return names
}
