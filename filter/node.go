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

// An op is what a condition does with its literals. The other operators of
// the language are written with these: $eq and $exists as a list of one,
// $ne, $nin and $not as negations, $between as two orderings.
type op int

const (
	opIn         op = iota // equals one of the literals, or has no value where null is set
	opLess                 // has a value less than a literal, and so on
	opLessEq               //
	opGreater              //
	opGreaterEq            //
	opContains             // the literals' letters A-Z are small already
	opStartsWith           //
)

// A cond compares one value of a record.
type cond struct {
	target
	op       op
	literals []literal // none twice; any of them may fit
	null     bool      // for opIn: a missing value counts
	given    int       // how many conditions of the filter as given it stands for
}

// A target is the value of a record that a condition looks at.
type target struct {
	field *model.Field
	path  []string // below an object or list field; nil for the field itself

	// kind is the declared type. For a path that is not declared it is Any:
	// each literal then meets only values of its own JSON type.
	valueType model.Type

	// The rest stands in [Names] alone. items: the path begins at each item of
	// the list that the field holds. item: at the one that is looked at.
	// numeric: a string that is a JSON number counts as one.
	items, item, numeric bool
}

// inList reports whether the path leads into a list: its first part is then a
// place in that.
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

	// after says that the true value lies above v and below the next value
	// that the target can hold, as 0.1 microseconds do. It equals nothing.
	after bool
}

// mentions reports whether a condition of n looks at a field, given by its
// name or by the dotted path.
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
