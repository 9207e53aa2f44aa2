package filter

import (
	"regexp"
	"strings"

	"bulkpatch/model"
)

// A checker turns a tree into nodes: it looks up fields and operators, converts the
// values to the types of the fields and notes every fault.
type checker struct {
	*model.Collector
	m      *model.Model
	g      Grammar
	limits limits
	names  Names
}

// logical reports whether an operator contains conditions instead of values.
func logical(name string) bool { return name == "$and" || name == "$or" || name == "$not" }

// filter checks a whole filter.
func (c *checker) filter(t tree) node {
	if t.kind == nothing && c.Found() > 0 {
		return nil
	}
	return c.conditions(t, nil)
}

// conditions checks an object of conditions, all of which must hold.
func (c *checker) conditions(t tree, at *model.Place) node {
	if t.kind != anObject {
		if t.kind != nothing {
			c.Add(at, CodeType, "Conditions must be a JSON object.")
		}
		return nil
	}
	all := make(allOf, 0, len(t.names))
	here := at.Member("")
	for i, name := range t.names {
		here.Go(name)
		all = append(all, c.member(name, t.items[i], here))
	}
	return all
}

// member checks one member of an object of conditions.
func (c *checker) member(name string, v tree, at *model.Place) node {
	switch {
	case name == "$and":
		return allOf(c.list(v, at))
	case name == "$or":
		return anyOf(c.list(v, at))
	case name == "$not" && c.g == Native:
		c.Add(at, CodeUnknownOperator, "$not stands around the operators of one field, as in {\"field\": {\"$not\": {…}}}.")
		return nil
	case strings.HasPrefix(name, "$"):
		c.Add(at, CodeUnknownOperator, "Only $and and $or may stand in the place of a field.")
		return nil
	}
	if named := c.names.targets(name, c.m); len(named) > 0 {
		return spread(c.field(named[0], v, at), named)
	}
	t, ok := c.target(name, at)
	if !ok {
		return nil
	}
	return c.field(t, v, at)
}

// list checks the conditions of $and and $or.
func (c *checker) list(v tree, at *model.Place) []node {
	if v.kind != aList {
		if v.kind != nothing {
			c.Add(at, CodeType, "The operator takes a list of conditions.")
		}
		return nil
	}
	nodes := make([]node, len(v.items))
	here := at.Item(0)
	for i, item := range v.items {
		nodes[i] = c.conditions(item, here)
		here.Next()
	}
	return nodes
}

// segment matches a part of a dotted path.
var segment = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// target returns the value that a name stands for: a field, or a path inside one.
func (c *checker) target(name string, at *model.Place) (target, bool) {
	f, ok := c.m.Field(name)
	head, rest, below := strings.Cut(name, ".")
	if ok {
		rest, below = f.FilterBy, f.FilterBy != ""
	} else if below {
		f, ok = c.m.Field(head)
	}
	switch {
	case !ok:
		c.Add(at, CodeUnknownField, "The model has no such field.")
		return target{}, false
	case !f.Filterable:
		c.Add(at, CodeNotFilterable, "The field cannot be filtered.")
		return target{}, false
	case below:
		return c.nested(f, rest, at)
	}
	return target{field: f, valueType: f.Type}, true
}

// nested returns the target of a path inside a field.
func (c *checker) nested(f *model.Field, rest string, at *model.Place) (target, bool) {
	t := target{field: f, valueType: model.Any, path: strings.Split(rest, ".")}
	if declaredType, declared := f.Paths[rest]; declared {
		t.valueType = declaredType
	} else if !f.OpenPaths || f.Type != model.Object && f.Type != model.Any {
		c.Add(at, CodeUnknownField, "The model has no such path below the field.")
		return t, false
	}
	if len(t.path) > MaxDepth {
		c.Add(at, CodeTooDeep, "The path has more than 20 parts.")
		return t, false
	}
	for _, s := range t.path {
		if !segment.MatchString(s) {
			c.Add(at, CodeUnknownField, "A part of a path has 1 to 64 letters, digits, underscores or hyphens.")
			return t, false
		}
	}
	return t, true
}

// field checks the value of a field's member: a value to compare with, or operators.
func (c *checker) field(t target, v tree, at *model.Place) node {
	if v.kind != anObject {
		return c.equal(t, v, at)
	}
	if !hasOperator(v) {
		c.Add(at, CodeType, c.phrase("An object must name operators; a nested value is reached by a dotted path.", "An object must name operators."))
		return nil
	}
	return c.operators(t, v, at)
}

// phrase returns the detail that suggests only what the grammar has.
func (c *checker) phrase(native, desk string) string {
	if c.g == Desk {
		return desk
	}
	return native
}

func hasOperator(v tree) bool {
	for _, name := range v.names {
		if strings.HasPrefix(name, "$") {
			return true
		}
	}
	return false
}

// operators checks the operators of one field, all of which must hold.
func (c *checker) operators(t target, v tree, at *model.Place) node {
	all := make(allOf, 0, len(v.names))
	here := at.Member("")
	for i, name := range v.names {
		here.Go(name)
		o, known := operators[name]
		switch {
		case !known && !strings.HasPrefix(name, "$"):
			c.Add(here, CodeUnknownOperator, "Operators and other names cannot stand in one object.")
		case !known || o.native && c.g != Native:
			c.Add(here, CodeUnknownOperator, "There is no such operator. This field takes "+c.suiting(t)+".")
		case !suits(o, t):
			c.Add(here, CodeOperatorNotAllowed, "The operator does not suit the type of the field, which takes "+c.suiting(t)+".")
		default:
			all = append(all, c.operator(name, t, v.items[i], here))
		}
	}
	return all
}

// whole reports whether a filter can only ask whether a target has a value: a list,
// an object, or a secret, whose value filters must not reveal.
func whole(t target) bool {
	return secret(t) || t.valueType == model.Object || t.valueType == model.Array ||
		t.valueType == model.Any && !t.nested()
}

func secret(t target) bool { return t.field.Secret != model.Public || t.field.WriteOnly }

// value checks a value to compare with. null says that it is null, which the caller
// accepts or refuses. If ok is false, value has noted the fault.
func (c *checker) value(t target, v tree, at *model.Place) (l literal, null, ok bool) {
	switch {
	case v.kind == nothing:
		return literal{}, false, false
	case v.kind == isNull:
		return literal{}, true, true
	case secret(t):
		c.Add(at, CodeNotFilterable, "A secret field can only be compared with null.")
	case whole(t):
		c.Add(at, CodeType, "A list or an object can only be compared with null.")
	case v.kind == aList:
		c.Add(at, CodeType, c.phrase("A list stands only with $in, $nin and $between.", "A list stands only with $in and $nin."))
	case v.kind == anObject:
		c.Add(at, CodeType, "The value must not be an object.")
	default:
		l, bad := literalOf(t, v)
		if bad == nil && !c.limits.rounded && isRounded(l, v) {
			bad = &typeFault{CodeTooPrecise, model.DetailTooPrecise}
		}
		if bad != nil {
			c.Add(at, bad.code, bad.detail)
		}
		return l, false, bad == nil
	}
	return literal{}, false, false
}
