package filter

import (
	"strconv"
	"strings"

	"bulkpatch/model"
)

// The codes of a filter's faults. Those that [model] has too mean the same.
const (
	CodeInvalidJSON        = model.CodeInvalidJSON
	CodeInvalidUTF8        = model.CodeInvalidUTF8
	CodeNUL                = model.CodeNUL
	CodeDuplicateKey       = model.CodeDuplicateKey
	CodeUnknownField       = model.CodeUnknownField
	CodeType               = model.CodeType
	CodeOutOfRange         = model.CodeOutOfRange
	CodeTooDeep            = model.CodeTooDeep
	CodeTooLong            = model.CodeTooLong
	CodeTooManyValues      = "too_many_values"
	CodeUnknownOperator    = "unknown_operator"
	CodeOperatorNotAllowed = "operator_not_allowed" // the operator does not suit the field's type
	CodeNotFilterable      = "not_filterable"
	CodeNullComparison     = "null_comparison"
	CodeNotSortable        = "not_sortable"
	CodeDuplicateField     = "duplicate_field" // in a sort
)

// A path leads from the root of the filter to a place in it. It is a list
// that grows on the stack of the walk, so that a pointer is written only
// where there is a fault.
type path struct {
	up   *path
	name string // of a member
	item int    // of a list, when name is not set
	list bool
}

func (p *path) member(name string) *path { return &path{up: p, name: name} }
func (p *path) at(i int) *path           { return &path{up: p, item: i, list: true} }

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// pointer writes the path by RFC 6901. The root is "".
func (p *path) pointer() string {
	if p == nil {
		return ""
	}
	token := p.name
	if p.list {
		token = strconv.Itoa(p.item)
	}
	return p.up.pointer() + "/" + pointerEscaper.Replace(token)
}
