package filter

import (
	"slices"
	"strings"

	"bulkpatch/model"
)

// A node is a part of a checked filter: an [allOf], an [anyOf], a [negation]
// or a [*cond], and nothing else, since isNode is not exported. Each is true
// or false for every record. Where the checker noted a fault it leaves a nil
// node; a filter with faults is never used.
type node interface{ isNode() }

type (
	// allOf is true if all of its nodes are true, as for none.
	allOf []node
	// anyOf is true if at least one of its nodes is true.
	anyOf []node
	// negation is true if its node is false. In a folded filter that is
	// always a [*cond].
	negation struct{ of node }
)

func (allOf) isNode()    {}
func (anyOf) isNode()    {}
func (negation) isNode() {}
func (*cond) isNode()    {}

// An op is how a condition compares a value with its literals. The other operators of
// the language are expressed by these: $eq and $exists by opIn, $ne, $nin and $not by
// negations, $between by two orderings.
type op int

const (
	opIn         op = iota // equals a literal, or is missing if null is set
	opLess                 // is less than a literal
	opLessEq               //
	opGreater              //
	opGreaterEq            //
	opContains             // its literals are in lower case
	opStartsWith           //
)

// A cond compares one value of a record.
type cond struct {
	target
	op       op
	literals []literal // without duplicates; the value must meet one of them
	null     bool      // for opIn: a missing value meets it, too
	given    int       // how many conditions of the given filter it replaces
}

// A target is the value of a record that a condition looks at.
type target struct {
	field *model.Field
	path  []string // below an object or list field; nil for the field itself

	// valueType is the declared type. For a path that is not declared it is Any:
	// a literal is then compared only with values of its own JSON type.
	valueType model.Type

	// These are set for [Names] only. items: the path begins at each item of the
	// list in the field. item: it begins at the current item. numeric: a string
	// that is a JSON number also counts as a number.
	items, item, numeric bool
}

// inList reports whether the path leads into a list, so that its first part is the
// number of an item.
func (t target) inList() bool { return t.field.Type == model.Array && !t.item }

// nested reports whether the value is a part of a JSON column.
func (t target) nested() bool { return len(t.path) > 0 }

// A literal is a value to compare with, in the form that fits its target:
//
//	String               string
//	Integer              int64
//	Number               float64
//	Boolean              bool
//	Date                 string, YYYY-MM-DD
//	DateTime             int64, microseconds; in a path a string, see instant.key
//	a number in a path   int64 where it is one exactly, else float64
type literal struct {
	v any

	// after says that the given value is greater than v and less than the next
	// value that the target can have: v is it rounded down, for example to
	// microseconds. Such a literal equals no value.
	after bool
}

// mentions reports whether a condition of n concerns a field or a dotted path.
func mentions(n node, name string) bool {
	in := func(n node) bool { return mentions(n, name) }
	switch n := n.(type) {
	case allOf:
		return slices.ContainsFunc(n, in)
	case anyOf:
		return slices.ContainsFunc(n, in)
	case negation:
		return in(n.of)
	case *cond:
		return n.field.Name == name ||
			n.nested() && n.field.Name+"."+strings.Join(n.path, ".") == name
	}
	return false
}
