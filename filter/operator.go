package filter

import (
	"slices"
	"strings"

	"bulkpatch/model"
)

// An operator describes an operator of the language.
type operator struct {
	suits  suit
	native bool // not part of Teamwork Desk's grammar
}

// A suit says which types an operator can be used for.
type suit int

const (
	anyType     suit = iota
	orderedType      // types with an order
	stringType
)

// operators lists the operators of fields.
var operators = map[string]operator{
	"$eq":         {suits: anyType},
	"$ne":         {suits: anyType},
	"$in":         {suits: anyType},
	"$nin":        {suits: anyType},
	"$lt":         {suits: orderedType},
	"$lte":        {suits: orderedType},
	"$gt":         {suits: orderedType},
	"$gte":        {suits: orderedType},
	"$contains":   {suits: stringType},
	"$startsWith": {suits: stringType, native: true},
	"$between":    {suits: orderedType, native: true},
	"$exists":     {suits: anyType, native: true},
	"$not":        {suits: anyType, native: true},
}

// operator checks one known operator that suits its target.
func (c *checker) operator(name string, t target, v tree, at *model.Place) node {
	switch name {
	case "$eq":
		return c.equal(t, v, at)
	case "$ne":
		return negation{c.equal(t, v, at)}
	case "$in":
		return c.in(t, v, at)
	case "$nin":
		return negation{c.in(t, v, at)}
	case "$lt":
		return c.ordering(opLess, t, v, at)
	case "$lte":
		return c.ordering(opLessEq, t, v, at)
	case "$gt":
		return c.ordering(opGreater, t, v, at)
	case "$gte":
		return c.ordering(opGreaterEq, t, v, at)
	case "$contains":
		return c.contains(t, v, at)
	case "$startsWith":
		return c.startsWith(t, v, at)
	case "$between":
		return c.between(t, v, at)
	case "$exists":
		return c.exists(t, v, at)
	default:
		return c.not(t, v, at)
	}
}

// suits reports whether an operator can be used on a target at all.
func suits(o operator, t target) bool {
	switch o.suits {
	case orderedType:
		return !whole(t) && t.valueType != model.Boolean
	case stringType:
		return !whole(t) && (t.valueType == model.String || t.valueType == model.Any)
	}
	return true
}

// suiting lists the operators that can be used on a target.
func (c *checker) suiting(t target) string {
	var names []string
	for name, o := range operators {
		if suits(o, t) && (c.g == Native || !o.native) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func (c *checker) equal(t target, v tree, at *model.Place) node {
	l, null, ok := c.value(t, v, at)
	switch {
	case !ok:
		return nil
	case null:
		return &cond{target: t, null: true, given: 1}
	}
	return &cond{target: t, literals: []literal{l}, given: 1}
}

func (c *checker) in(t target, v tree, at *model.Place) node {
	if v.kind != aList {
		if v.kind != nothing {
			c.Add(at, CodeType, "The operator takes a list of values.")
		}
		return nil
	}
	n := &cond{target: t, given: 1}
	seen := make(map[literal]bool, len(v.items))
	here := at.Item(0)
	for _, item := range v.items {
		l, null, ok := c.value(t, item, here)
		here.Next()
		switch {
		case ok && null:
			n.null = true
		case ok && !seen[l]:
			seen[l] = true
			n.literals = append(n.literals, l)
		}
	}
	return n
}

func (c *checker) ordering(o op, t target, v tree, at *model.Place) node {
	l, ok := c.ordered(t, v, at)
	if !ok {
		return nil
	}
	return &cond{target: t, op: o, literals: []literal{l}, given: 1}
}

// ordered checks a value that must have an order.
func (c *checker) ordered(t target, v tree, at *model.Place) (literal, bool) {
	l, null, ok := c.value(t, v, at)
	if null {
		c.Add(at, CodeNullComparison, c.phrase("null has no order; use $exists or compare for equality.", "null has no order; compare for equality."))
		return l, false
	}
	if _, isBool := l.v.(bool); isBool {
		c.Add(at, CodeType, "true and false have no order.")
		return l, false
	}
	return l, ok
}

func (c *checker) between(t target, v tree, at *model.Place) node {
	if v.kind != aList || len(v.items) != 2 {
		if v.kind != nothing {
			c.Add(at, CodeType, "$between takes a list of exactly two values.")
		}
		return nil
	}
	from, ok1 := c.ordered(t, v.items[0], at.Item(0))
	to, ok2 := c.ordered(t, v.items[1], at.Item(1))
	if !ok1 || !ok2 {
		return nil
	}
	if isStringLiteral(from) != isStringLiteral(to) {
		c.Add(at, CodeType, "The two values of $between must be of one type.")
		return nil
	}
	return allOf{
		&cond{target: t, op: opGreaterEq, literals: []literal{from}, given: 1},
		&cond{target: t, op: opLessEq, literals: []literal{to}},
	}
}

func isStringLiteral(l literal) bool {
	_, ok := l.v.(string)
	return ok
}

func (c *checker) contains(t target, v tree, at *model.Place) node {
	l, ok := c.string(t, v, at)
	if !ok {
		return nil
	}
	l.v = model.LowerASCII(l.v.(string))
	return &cond{target: t, op: opContains, literals: []literal{l}, given: 1}
}

func (c *checker) startsWith(t target, v tree, at *model.Place) node {
	l, ok := c.string(t, v, at)
	if !ok {
		return nil
	}
	return &cond{target: t, op: opStartsWith, literals: []literal{l}, given: 1}
}

// string checks a value that must be a string.
func (c *checker) string(t target, v tree, at *model.Place) (literal, bool) {
	l, null, ok := c.value(t, v, at)
	if null {
		c.Add(at, CodeNullComparison, "The operator takes a string, not null.")
		return l, false
	}
	if ok && !isStringLiteral(l) {
		c.Add(at, CodeType, "The value must be a string.")
		return l, false
	}
	if ok && l.v == "" && !c.limits.emptyStrings {
		c.Add(at, CodeTooShort, "The text must have at least one character.")
		return l, false
	}
	return l, ok
}

func (c *checker) exists(t target, v tree, at *model.Place) node {
	if v.kind != isTrue && v.kind != isFalse {
		if v.kind != nothing {
			c.Add(at, CodeType, "$exists takes true or false.")
		}
		return nil
	}
	missing := &cond{target: t, null: true, given: 1}
	if v.kind == isFalse {
		return missing
	}
	return negation{missing}
}

func (c *checker) not(t target, v tree, at *model.Place) node {
	if v.kind == nothing {
		return nil
	}
	if v.kind != anObject || !hasOperator(v) {
		c.Add(at, CodeType, "$not takes an object of operators.")
		return nil
	}
	return negation{c.operators(t, v, at)}
}
