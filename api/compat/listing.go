package compat

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
)

// A Listing is which records a list shows, or a bulk update changes.
type Listing struct {
	// Filter is the caller's own filter, "" for none, in the words of Grammar;
	// faults of it are those of the query parameter Param.
	Filter  string
	Grammar filter.Grammar
	Param   string
	// Names are what the filter, Where and Sort may name beside the fields. A
	// bulk update has none: its filter must mean the same in its job.
	Names filter.Names
	// Where are further conditions in the native words: all must hold.
	Where []string
	// Hidden is one more condition, in the native words, which holds unless
	// the caller's filter names HiddenField.
	Hidden      string
	HiddenField string

	Sort   string // as the native ?sort=
	Limit  int    // 1 or more
	Offset int
	// SizeParam is the parameter by which callers of pages with numbers say how
	// large they are. A page that has no room for its records is refused then,
	// because the next number would leave out what is missing. "": the vendor
	// goes on from wherever a page ends.
	SizeParam string
	Fields    []string // only these fields are shown; nil for all
}

// A Match says which records stand in for a new one.
type Match struct {
	// Filters, in the native words, are tried one after the other.
	Filters []string
	// Then says what becomes of the record that one of them finds.
	Then Found
}

// Found is what becomes of a record that was there already.
type Found int

// The choices.
const (
	Merge Found = iota // it is updated with what was sent
	Leave              // it stays as it is
	Fill               // it is updated where it has no value
)

// Where makes a condition of the native filter language on one field: its
// operator ("" for equality) and its value.
func Where(field, operator string, value any) string {
	var condition any = value
	if operator != "" {
		condition = map[string]any{operator: value}
	}
	text, err := json.Marshal(map[string]any{field: condition})
	if err != nil {
		panic("compat: " + err.Error()) // values come from JSON or a query
	}
	return string(text)
}

// Both joins a filter that was checked with further conditions.
func Both(given []byte, conditions []string) []byte {
	all := []jsontext.Value{given}
	for _, c := range conditions {
		all = append(all, jsontext.Value(c))
	}
	return JSON(nil, map[string]any{"$and": all})
}

// Either joins conditions of which one must hold.
func Either(conditions []string) string {
	list := make([]jsontext.Value, len(conditions))
	for i, c := range conditions {
		list[i] = jsontext.Value(c)
	}
	return string(JSON(nil, map[string]any{"$or": list}))
}
