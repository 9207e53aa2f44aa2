package words

import "strings"

// A filterNode is a filter, or a part of one, in the form in which it is described.
type filterNode struct {
	kind    filterKind
	parts   []filterNode // of isAll and isAny: two or more; of isNot: one
	field   string       // of isLeaf: a field or a dotted path
	op      string       // of isLeaf: a key of plainVerbs
	negated bool         // of isLeaf
	v       jsonValue    // of isLeaf; of isUnknown: what could not be read
}

type filterKind int

const (
	isAlways filterKind = iota
	isNever
	isLeaf
	isAll
	isAny
	isNot
	isUnknown
)

func (c filterNode) always() bool { return c.kind == isAlways }
func (c filterNode) never() bool  { return c.kind == isNever }

// count is how many conditions it has.
func (c filterNode) count() (n int) {
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
func (c filterNode) hasLists() bool {
	for _, p := range c.parts {
		if p.kind == isLeaf && p.op == "$in" {
			return true
		}
	}
	return false
}

// readFilter reads a filter. What is none is kept as it is.
func readFilter(raw []byte) filterNode {
	v, ok := readJSON(raw)
	if !ok || v.kind != anObject {
		return filterNode{kind: isUnknown, v: jsonValue{raw: raw}}
	}
	return nodeOf(v)
}

// nodeOf reads a filter: each of its members is a condition.
func nodeOf(v jsonValue) filterNode {
	if v.kind != anObject {
		return filterNode{kind: isUnknown, v: v}
	}
	parts := make([]filterNode, len(v.names))
	for i, name := range v.names {
		parts[i] = memberNode(name, v.items[i])
	}
	return joinNodes(isAll, parts)
}

// memberNode reads one member of a filter.
func memberNode(name string, v jsonValue) filterNode {
	switch {
	case v.kind == aList && (name == "$and" || name == "$or"):
		parts := make([]filterNode, len(v.items))
		for i, item := range v.items {
			parts[i] = nodeOf(item)
		}
		if name == "$or" {
			return joinNodes(isAny, parts)
		}
		return joinNodes(isAll, parts)
	case strings.HasPrefix(name, "$"):
		return unknownNode(name, v)
	case v.kind == anObject && len(v.names) > 0 && strings.HasPrefix(v.names[0], "$"):
		return operatorsOf(name, v)
	}
	return leafNode(name, "$eq", v)
}

// unknownNode keeps a member for which there are no words.
func unknownNode(name string, v jsonValue) filterNode {
	text := name[:min(len(name), maxShown)] + ": " + string(v.raw[:min(len(v.raw), 4*maxShown)])
	return filterNode{kind: isUnknown, v: jsonValue{raw: []byte(text)}}
}

// operatorsOf reads the operators of a field, all of which hold.
func operatorsOf(field string, v jsonValue) filterNode {
	parts := make([]filterNode, len(v.names))
	for i, op := range v.names {
		parts[i] = operatorOf(field, op, v.items[i])
	}
	return joinNodes(isAll, parts)
}

func operatorOf(field, op string, v jsonValue) filterNode {
	_, plain := plainVerbs[op]
	switch {
	case op == "$ne":
		return negatedNode(leafNode(field, "$eq", v))
	case op == "$exists" && v.kind == aTrue:
		return negatedNode(leafNode(field, "$eq", jsonValue{kind: aNull}))
	case op == "$exists" && v.kind == aFalse:
		return leafNode(field, "$eq", jsonValue{kind: aNull})
	case op == "$in" && v.kind == aList:
		return inNode(field, v)
	case op == "$nin" && v.kind == aList:
		return negatedNode(inNode(field, v))
	case op == "$not" && v.kind == anObject && len(v.names) > 0:
		return negatedNode(operatorsOf(field, v))
	case !plain, op == "$in", op == "$between" && (v.kind != aList || len(v.items) != 2):
		return unknownNode(field+" "+op, v)
	}
	return leafNode(field, op, v)
}

// leafNode is a condition of one field. Every customer has an id.
func leafNode(field, op string, v jsonValue) filterNode {
	if field == "id" && op == "$eq" && v.kind == aNull {
		return filterNode{kind: isNever}
	}
	return filterNode{kind: isLeaf, field: field, op: op, v: v}
}

// inNode is a condition that a field has one of some values.
func inNode(field string, v jsonValue) filterNode {
	switch len(v.items) {
	case 0:
		return filterNode{kind: isNever}
	case 1:
		return leafNode(field, "$eq", v.items[0])
	}
	return leafNode(field, "$in", v)
}

// negatedNode is the opposite of a condition.
func negatedNode(c filterNode) filterNode {
	switch c.kind {
	case isAlways:
		return filterNode{kind: isNever}
	case isNever:
		return filterNode{}
	case isNot:
		return c.parts[0]
	case isLeaf:
		c.negated = !c.negated
		return c
	}
	return filterNode{kind: isNot, parts: []filterNode{c}}
}

// joinNodes joins conditions, of which all or any must hold. Parts that decide nothing
// are left out, and a part that decides everything takes the place of the group.
func joinNodes(kind filterKind, parts []filterNode) filterNode {
	neutral, decisive := isAlways, isNever
	if kind == isAny {
		neutral, decisive = isNever, isAlways
	}
	joined := filterNode{kind: kind}
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
		return filterNode{kind: neutral}
	case 1:
		return joined.parts[0]
	}
	return joined
}
