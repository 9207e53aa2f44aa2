package filter

import (
	"math"
	"slices"

	"bulkpatch/model"
)

// everything reports whether a folded filter is true for every record that the model
// allows, whatever values it has.
func everything(n node) bool {
	switch n := n.(type) {
	case allOf:
		return !slices.ContainsFunc(n, func(of node) bool { return !everything(of) })
	case anyOf:
		return slices.ContainsFunc(n, everything) || eitherWay(n)
	case negation:
		return n.of.(*cond).verdict() == never
	case *cond:
		return n.verdict() == always
	}
	return false
}

// verdict returns the result of a condition if it is the same for every record.
func (n *cond) verdict() verdict {
	switch n.op {
	case opIn:
		return n.verdictOfIn()
	case opContains, opStartsWith:
		if n.filled() && slices.Contains(n.literals, literal{v: ""}) {
			return always
		}
		return depends
	}
	reaches := never
	for _, l := range n.literals {
		switch n.reach(l) {
		case always:
			if n.filled() {
				return always
			}
			reaches = depends
		case depends:
			reaches = depends
		}
	}
	return reaches
}

func (n *cond) verdictOfIn() verdict {
	missing := n.null && !n.filled()
	possible := slices.ContainsFunc(n.literals, func(l literal) bool { return !l.after })
	both := n.valueType == model.Boolean && !n.nested() && len(n.literals) == 2
	switch {
	case !missing && !possible:
		return never
	case both && (n.null || n.filled()):
		return always
	}
	return depends
}

// filled reports whether the target has a value in every record.
func (t target) filled() bool { return !t.nested() && !t.field.Nullable }

// reach says whether an ordering by a literal is true for all values that the target
// can have, for none, or for some.
func (n *cond) reach(l literal) verdict {
	least, most := n.ends()
	// How the least and greatest value compare with the literal. A range without
	// an end goes beyond every literal.
	low, high := -1, 1
	if order, ok := compareTo(least, l); ok {
		low = order
	}
	if order, ok := compareTo(most, l); ok {
		high = order
	}
	if n.op == opGreater || n.op == opGreaterEq {
		low, high = -high, -low
	}
	orEqual := n.op == opLessEq || n.op == opGreaterEq
	switch {
	case high < 0 || high == 0 && orEqual:
		return always
	case low > 0 || low == 0 && !orEqual:
		return never
	}
	return depends
}

// ends returns the least and the greatest value that the target can have, nil if
// there is none.
func (t target) ends() (least, most any) {
	switch {
	case t.valueType == model.String:
		return "", nil
	case t.nested():
		return nil, nil // it may have values from before its type was declared
	case t.field.Role == model.RoleVersion:
		return int64(1), int64(math.MaxInt64)
	}
	switch t.valueType {
	case model.Integer:
		return int64(math.MinInt64), int64(math.MaxInt64)
	case model.Number:
		return -math.MaxFloat64, math.MaxFloat64
	case model.Date:
		return firstDay, lastDay
	case model.DateTime:
		first, _ := parseInstant(firstDay)
		last, _ := parseInstant(lastDay + "T23:59:59.999999Z")
		from, _ := first.micros()
		to, _ := last.micros()
		return from, to
	}
	return nil, nil
}

// eitherWay reports whether one of several alternatives is true for every record,
// because one of them negates another: "has a value" or "has none".
func eitherWay(nodes []node) bool {
	positive := make(map[topic]map[literal]bool)
	for _, n := range nodes {
		if c, ok := n.(*cond); ok {
			positive[c.topic()] = setOf(c)
		}
	}
	return slices.ContainsFunc(nodes, func(n node) bool {
		not, ok := n.(negation)
		if !ok {
			return false
		}
		c := not.of.(*cond)
		held, ok := positive[c.topic()]
		if !ok {
			return false
		}
		for l := range setOf(c) {
			if !held[l] {
				return false
			}
		}
		return true
	})
}

// setOf returns the literals of a condition, and the zero literal if a missing value
// meets it.
func setOf(c *cond) map[literal]bool {
	set := make(map[literal]bool, len(c.literals)+1)
	for _, l := range c.literals {
		set[l] = true
	}
	if c.null {
		set[literal{}] = true
	}
	return set
}
