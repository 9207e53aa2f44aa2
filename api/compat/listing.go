package compat

import (
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
)

// A Listing says which records a list shows or a bulk update changes.
type Listing struct {
	// Filter is the caller's filter in the grammar Grammar, "" for none. Its faults
	// are reported for the query parameter Param.
	Filter  string
	Grammar filter.Grammar
	Param   string
	// Names are further names for Filter, Where and Sort. A bulk update has none,
	// because its filter must have the same meaning in its job.
	Names filter.Names
	// Where are further native conditions, all of which must be true.
	Where []string
	// Hidden is one more native condition. It is not used if the caller's filter
	// names HiddenField.
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

// A Match says which existing records are used in place of a new one.
type Match struct {
	// Filters are native filters, which are tried one after the other.
	Filters []string
	// Then says what happens to the record that one of them selects.
	Then Found
}

// Found says what happens to an existing record.
type Found int

// The choices.
const (
	Merge Found = iota // it is updated with the request
	Leave              // it stays as it is
	Fill               // fields without a value are updated
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
