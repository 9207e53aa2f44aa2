package dashboard

import "strings"

// A condition is a filter, or a part of one, in the form in which it is described.
type condition struct {
	kind    conditionKind
	parts   []condition // of isAll and isAny: two or more; of isNot: one
	field   string      // of isLeaf: a field or a dotted path
	op      string      // of isLeaf: a key of plainVerbs
	negated bool        // of isLeaf
	v       value       // of isLeaf; of isUnknown: what could not be read
}

type conditionKind int

const (
	isAlways conditionKind = iota
	isNever
	isLeaf
	isAll
	isAny
	isNot
	isUnknown
)

func (c condition) always() bool { return c.kind == isAlways }
func (c condition) never() bool  { return c.kind == isNever }

// count is how many conditions it has.
func (c condition) count() (n int) {
	if len(c.parts) == 0 {
		return 1
	}
	for _, p := range c.parts {
		n += p.count()
	}
	return n
}

// hasLists reports whether a part of a group has an "or" of its own that is not in
// parentheses.
func (c condition) hasLists() bool {
	for _, p := range c.parts {
		if p.kind == isLeaf && p.op == "$in" {
			return true
		}
	}
	return false
}

// readFilter reads a filter. ok is false if it is none.
func readFilter(raw []byte) (c condition, ok bool) {
	v, ok := readValue(raw)
	if !ok || v.kind != anObject {
		return condition{}, false
	}
	return conditionOf(v), true
}

// conditionOf reads a filter: each of its members is a condition.
func conditionOf(v value) condition {
	if v.kind != anObject {
		return condition{kind: isUnknown, v: v}
	}
	parts := make([]condition, len(v.names))
	for i, name := range v.names {
		parts[i] = memberOf(name, v.items[i])
	}
	return group(isAll, parts)
}

// memberOf reads one member of a filter.
func memberOf(name string, v value) condition {
	switch {
	case v.kind == aList && (name == "$and" || name == "$or"):
		parts := make([]condition, len(v.items))
		for i, item := range v.items {
			parts[i] = conditionOf(item)
		}
		if name == "$or" {
			return group(isAny, parts)
		}
		return group(isAll, parts)
	case strings.HasPrefix(name, "$"):
		return unknown(name, v)
	case v.kind == anObject && len(v.names) > 0 && strings.HasPrefix(v.names[0], "$"):
		return operatorsOf(name, v)
	}
	return leaf(name, "$eq", v)
}

// unknown keeps a member for which there are no words.
func unknown(name string, v value) condition {
	text := name[:min(len(name), maxShown)] + ": " + string(v.raw[:min(len(v.raw), 4*maxShown)])
	return condition{kind: isUnknown, v: value{raw: []byte(text)}}
}

// operatorsOf reads the operators of a field, all of which hold.
func operatorsOf(field string, v value) condition {
	parts := make([]condition, len(v.names))
	for i, op := range v.names {
		parts[i] = operatorOf(field, op, v.items[i])
	}
	return group(isAll, parts)
}

func operatorOf(field, op string, v value) condition {
	_, plain := plainVerbs[op]
	switch {
	case op == "$ne":
		return negation(leaf(field, "$eq", v))
	case op == "$exists" && v.kind == aTrue:
		return negation(leaf(field, "$eq", value{kind: aNull}))
	case op == "$exists" && v.kind == aFalse:
		return leaf(field, "$eq", value{kind: aNull})
	case op == "$in" && v.kind == aList:
		return oneOf(field, v)
	case op == "$nin" && v.kind == aList:
		return negation(oneOf(field, v))
	case op == "$not" && v.kind == anObject && len(v.names) > 0:
		return negation(operatorsOf(field, v))
	case !plain, op == "$in", op == "$between" && (v.kind != aList || len(v.items) != 2):
		return unknown(field+" "+op, v)
	}
	return leaf(field, op, v)
}

// leaf is a condition of one field. Every customer has an id.
func leaf(field, op string, v value) condition {
	if field == "id" && op == "$eq" && v.kind == aNull {
		return condition{kind: isNever}
	}
	return condition{kind: isLeaf, field: field, op: op, v: v}
}

// oneOf is a condition that a field has one of some values.
func oneOf(field string, v value) condition {
	switch len(v.items) {
	case 0:
		return condition{kind: isNever}
	case 1:
		return leaf(field, "$eq", v.items[0])
	}
	return leaf(field, "$in", v)
}

// negation is the opposite of a condition.
func negation(c condition) condition {
	switch c.kind {
	case isAlways:
		return condition{kind: isNever}
	case isNever:
		return condition{}
	case isNot:
		return c.parts[0]
	case isLeaf:
		c.negated = !c.negated
		return c
	}
	return condition{kind: isNot, parts: []condition{c}}
}

// group joins conditions, of which all or any must hold. Parts that decide nothing
// are left out, and a part that decides everything takes the place of the group.
func group(kind conditionKind, parts []condition) condition {
	neutral, decisive := isAlways, isNever
	if kind == isAny {
		neutral, decisive = isNever, isAlways
	}
	joined := condition{kind: kind}
	for _, p := range parts {
		switch p.kind {
		case neutral:
		case decisive:
			return p
		case kind:
			joined.parts = append(joined.parts, p.parts...)
		default:
			joined.parts = append(joined.parts, p)
		}
	}
	switch len(joined.parts) {
	case 0:
		return condition{kind: neutral}
	case 1:
		return joined.parts[0]
	}
	return joined
}
