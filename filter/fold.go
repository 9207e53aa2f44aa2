package filter

import "strings"

// fold returns the simplest form of a node. In it only conditions are negated,
// no allOf is a member of an allOf and no anyOf of an anyOf, nothing is left
// that is true or false for every record, and alternatives with one operator
// on one value are one condition. The matcher does not use this form, so that
// tests can compare the two.
func fold(n node, s sense) node {
	switch n := n.(type) {
	case allOf:
		return gather(n, s, and.in(s))
	case anyOf:
		return gather(n, s, or.in(s))
	case negation:
		return fold(n.of, !s)
	case *cond:
		switch {
		case s == positive && n.never():
			return anyOf{}
		case n.never():
			return allOf{}
		case s == negative:
			return negation{n}
		}
	}
	return n
}

// never reports whether the condition holds for no record.
func (n *cond) never() bool { return n.op == opIn && !n.null && len(n.literals) == 0 }

// gather folds nodes and joins them.
func gather(nodes []node, s sense, by junction) node {
	var kept []node
	for _, n := range nodes {
		n = fold(n, s)
		if nodes, same := joinedBy(n, by); same {
			kept = append(kept, nodes...)
			continue
		}
		if nodes, opposite := joinedBy(n, by.other()); opposite && len(nodes) == 0 {
			return n // false within "and", true within "or": it decides
		}
		kept = append(kept, n)
	}
	kept = unite(kept, by)
	switch {
	case len(kept) == 1:
		return kept[0]
	case by == and:
		return allOf(kept)
	}
	return anyOf(kept)
}

// joinedBy returns the nodes of an allOf or an anyOf. ok is false for any
// other node.
func joinedBy(n node, by junction) (nodes []node, ok bool) {
	if by == and {
		nodes, ok = n.(allOf)
		return nodes, ok
	}
	nodes, ok = n.(anyOf)
	return nodes, ok
}

// A topic is what two conditions must have in common to become one.
type topic struct {
	field, path    string
	items, numeric bool
	op             op
}

func (n *cond) topic() topic {
	return topic{n.field.Name, strings.Join(n.path, "."), n.items, n.numeric, n.op}
}

// unite makes one condition of several that are alternatives: conditions under
// "or", and negated conditions under "and" (De Morgan).
func unite(nodes []node, by junction) []node {
	if len(nodes) < 2 {
		return nodes
	}
	united := make(map[topic]*union, len(nodes))
	kept := nodes[:0]
	for _, n := range nodes {
		c := alternative(n, by)
		if c == nil {
			kept = append(kept, n)
			continue
		}
		about := c.topic()
		if u := united[about]; u != nil {
			u.add(c, by)
			continue
		}
		u := newUnion(c)
		united[about] = u
		if by == and {
			kept = append(kept, negation{u.cond})
		} else {
			kept = append(kept, u.cond)
		}
	}
	return kept
}

// alternative returns the condition of a node that [unite] may join with
// others, nil if it has none.
func alternative(n node, by junction) *cond {
	if by == and {
		not, _ := n.(negation)
		n = not.of
	}
	c, _ := n.(*cond)
	return c
}

// A union is one condition in the place of several alternatives.
type union struct {
	*cond
	seen map[literal]bool // nil while there is one condition only
}

func newUnion(c *cond) *union {
	own := *c
	return &union{cond: &own}
}

func (u *union) add(c *cond, by junction) {
	if u.seen == nil {
		u.seen = make(map[literal]bool)
		first := u.literals
		u.literals = nil
		u.take(first)
	}
	u.take(c.literals)
	u.null = u.null || c.null
	// Equality with one of many values counts as one condition towards
	// MaxConditions, because the database looks the value up.
	if u.op == opIn && by == or {
		u.given = max(u.given, c.given)
	} else {
		u.given += c.given
	}
}

func (u *union) take(literals []literal) {
	for _, l := range literals {
		if !u.seen[l] && !u.widens(l) {
			u.seen[l] = true
			u.literals = append(u.literals, l)
		}
	}
}

// widens reports whether the union is an ordering that has a bound of the type of
// l already. Of the two only the wider one counts, so l replaces a narrower one.
func (u *union) widens(l literal) bool {
	if u.op != opLess && u.op != opLessEq && u.op != opGreater && u.op != opGreaterEq {
		return false
	}
	up := u.op == opLess || u.op == opLessEq
	for i, old := range u.literals {
		order, comparable := compareTo(old.v, literal{v: l.v})
		if !comparable {
			continue
		}
		if order == 0 && old.after != l.after {
			order = 1
			if l.after {
				order = -1
			}
		}
		if up == (order < 0) {
			u.literals[i] = l
		}
		return true
	}
	return false
}

// countGiven counts the conditions of the given filter for which the conditions of
// a folded one stand.
func countGiven(n node) int {
	total := 0
	switch n := n.(type) {
	case allOf:
		for _, of := range n {
			total += countGiven(of)
		}
	case anyOf:
		for _, of := range n {
			total += countGiven(of)
		}
	case negation:
		return countGiven(n.of)
	case *cond:
		return n.given
	}
	return total
}
