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

// List reads a list, or a search: the two have paths of their own. Both hide
// accounts that are archived unless they are asked for.
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

// accountsListed are the conditions of a list.
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

// accountsRelated are the names by which lists know what is no field.
var accountsRelated = filter.Names{"primaryName": {Of: []string{"contacts.*.name"}}}

// accountsText finds accounts that have a text in one of the fields that
// people look for.
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

// condition makes a condition on a field, by the vendor's name, from a query
// parameter. It is none where the field or the value is not fit for it, which
// is then noted.
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

// compared is the type of the values that a filter on a field compares. It is
// not ok where a field can only be asked whether it has a value.
func compared(f *model.Field) (kind model.Type, ok bool) {
	kind = f.Type
	if f.FilterBy != "" {
		kind = f.Paths[f.FilterBy]
	}
	return kind, f.Filterable && kind != model.Object && kind != model.Array && kind != model.Any
}
