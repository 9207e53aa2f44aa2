package compat

import (
	"maps"
	"strings"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// Pages of a list of accounts.
const (
	accountsSize    = 20
	accountsMaxSize = 100
)

// List reads a list or a search, which have different paths. Both leave out archived
// accounts unless the request asks for them.
func (accounts) List(r *Request) Listing {
	size := r.Number("page_size", 1, accountsSize)
	if size > accountsMaxSize {
		r.FailParam("page_size", model.CodeOutOfRange, "This must be a whole number from 1 to 100.")
	}
	l := Listing{Limit: size, Offset: (r.Number("page", 1, 1) - 1) * size, SizeParam: "page_size", Names: maps.Clone(accountsRelated)}
	id := r.Model.Role(model.RoleID).Name
	l.Sort = map[string]string{"asc": id, "desc": "-" + id}[r.Choice("order_by", "asc", "desc")]
	archived := r.Flag("include_archived")
	if strings.HasSuffix(r.Path, "/search") {
		var named bool
		l.Where, named = accountsSearch(r, l.Names)
		archived = archived || named
	} else {
		l.Where = accountsListed(r)
	}
	if f, _ := r.Field(accountsActive); !archived {
		l.Where = append(l.Where, Where(f.Name, "", true))
	}
	return l
}

// accountsListed returns the conditions of a list.
func accountsListed(r *Request) []string {
	var conditions []string
	for name, operator := range map[string]string{"updated_after": "$gt", "updated_before": "$lt"} {
		if at, ok := r.Time(name); ok {
			conditions = append(conditions, Where(r.Model.Role(model.RoleUpdatedAt).Name, operator, at))
		}
	}
	for _, name := range []string{"title", accountsAddress, "primaryEmail", "primaryPhone"} {
		if text, ok := r.Param(name); ok && text != "" {
			conditions = append(conditions, r.condition(name, name, "$contains", text)...)
		}
	}
	if text, ok := r.Param("q"); ok && text != "" {
		conditions = append(conditions, accountsText(r, text)...)
	}
	if text, ok := r.Param("primaryName"); ok && text != "" {
		conditions = append(conditions, Where("primaryName", "$contains", text))
	}
	return conditions
}

// accountsRelated are the names, besides the fields, that lists can filter by.
var accountsRelated = filter.Names{"primaryName": {Of: []string{"contacts.*.name"}}}

// accountsText returns the condition that one of the searched fields contains a text.
func accountsText(r *Request, text string) []string {
	var either []string
	for _, name := range []string{"title", accountsAddress, "primaryEmail", "primaryPhone"} {
		f, _ := r.Field(name)
		if _, ok := compared(f); ok {
			either = append(either, r.condition("q", name, "$contains", text)...)
		}
	}
	if len(either) == 0 {
		return nil // the text is at fault
	}
	return []string{Either(either)}
}

// condition returns a condition on a field, given by the vendor's name, for a query
// parameter. If the field or value does not allow it, it notes a fault and returns
// none.
func (r *Request) condition(param, name, operator string, value any) []string {
	f, ok := r.Field(name)
	if !ok {
		r.FailParam(param, model.CodeUnknownField, "There is no such field.")
		return nil
	}
	text := Where(f.Name, operator, value)
	if _, faults := filter.New([]byte(text), r.Model, filter.Native); len(faults) > 0 {
		r.FailParam(param, faults[0].Code, faults[0].Detail)
		return nil
	}
	return []string{text}
}

// compared returns the type of the values that a filter on a field compares. ok is
// false if a filter can only ask whether the field has a value.
func compared(f *model.Field) (valueType model.Type, ok bool) {
	valueType = f.Type
	if f.FilterBy != "" {
		valueType = f.Paths[f.FilterBy]
	}
	return valueType, f.Filterable && valueType != model.Object && valueType != model.Array && valueType != model.Any
}
