package filter

import "strings"

// fold writes a filter in its simplest form: negations stand at conditions
// only, nothing stands within its like, what is true or false whatever the
// record is gone, and conditions with one operator on one value of a record
// are one wherever they are alternatives. The matcher reads the filter as it
// was given instead, so that each can be held against the other.
func fold(n node, s sense) node {
	switch n := n.(type) {
	case allOf:
		return gather(n, s, s == positive)
	case anyOf:
		return gather(n, s, s == negative)
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

// gather folds nodes and joins them, by "and" or by "or".
func gather(nodes []node, s sense, and bool) node {
	var kept []node
	for _, n := range nodes {
		n = fold(n, s)
		if nodes, like := joined(n, and); like {
			kept = append(kept, nodes...)
			continue
		}
		if nodes, other := joined(n, !and); other && len(nodes) == 0 {
			return n // it decides them all
		}
		kept = append(kept, n)
	}
	kept = unite(kept, and)
	switch {
	case len(kept) == 1:
		return kept[0]
	case and:
		return allOf(kept)
	}
	return anyOf(kept)
}

// joined takes apart a node that is joined by "and", or else by "or".
func joined(n node, and bool) (nodes []node, ok bool) {
	if and {
		nodes, ok = n.(allOf)
		return nodes, ok
	}
	nodes, ok = n.(anyOf)
	return nodes, ok
}

// A topic is what conditions must have in common to become one.
type topic struct {
	field, path    string
	items, numeric bool
	op             op
}

func (n *cond) topic() topic {
	return topic{n.field.Name, strings.Join(n.path, "."), n.items, n.numeric, n.op}
}

// unite makes one of the conditions that are alternatives: those that stand
// under "or", and under "and" those that are negated, by De Morgan.
func unite(nodes []node, and bool) []node {
	if len(nodes) < 2 {
		return nodes
	}
	united := make(map[topic]*union, len(nodes))
	kept := nodes[:0]
	for _, n := range nodes {
		c := alternative(n, and)
		if c == nil {
			kept = append(kept, n)
			continue
		}
		about := c.topic()
		if u := united[about]; u != nil {
			u.add(c, and)
			continue
		}
		u := newUnion(c)
		united[about] = u
		if and {
			kept = append(kept, negation{u.cond})
		} else {
			kept = append(kept, u.cond)
		}
	}
	return kept
}

// alternative is the condition of a node that may be one of several, or nil.
func alternative(n node, and bool) *cond {
	if and {
		not, _ := n.(negation)
		n = not.of
	}
	c, _ := n.(*cond)
	return c
}

// A union is one condition that holds where any of some others does.
type union struct {
	*cond
	seen map[literal]bool // nil while there is one condition only
}

func newUnion(c *cond) *union {
	own := *c
	return &union{cond: &own}
}

func (u *union) add(c *cond, and bool) {
	if u.seen == nil {
		u.seen = make(map[literal]bool)
		first := u.literals
		u.literals = nil
		u.take(first)
	}
	u.take(c.literals)
	u.null = u.null || c.null
	// The limit of conditions is kind to equality alone: it is looked up.
	if u.op == opIn && !and {
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

// widens replaces the bound of an ordering by a wider one: of several bounds
// of one type only the widest matters. It reports whether there was one.
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

// countGiven counts the conditions that a folded filter was given with.
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
