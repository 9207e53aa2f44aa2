package filter

import (
	"math/bits"

	"bulkpatch/model"
)

// Measured costs of a condition for one record, in comparisons of a column. The
// database extracts a part of a JSON column anew for each comparison, and parses a
// date-time in it.
const (
	costPart    = 6
	costInstant = 40
	costText    = 3 // of each text of $contains
)

// Cost estimates how many comparisons of a column it takes to test one record in the
// worst case. It is at least 1. The store derives from it how many records to read
// before it checks the time.
func (f Filter) Cost() int { return max(1, cost(f.folded)) }

func cost(n node) int {
	total := 0
	switch n := n.(type) {
	case allOf:
		for _, of := range n {
			total += cost(of)
		}
	case anyOf:
		for _, of := range n {
			total += cost(of)
		}
	case negation:
		return cost(n.of)
	case *cond:
		return n.cost()
	}
	return total
}

func (n *cond) cost() int {
	each := 1
	if n.op == opContains {
		each = costText
	}
	operand := 0
	switch {
	case n.nested() && n.valueType == model.DateTime:
		operand = costInstant
	case n.nested():
		operand = costPart
	}
	texts := len(n.literals)
	if texts > manyValues || n.op == opIn {
		// The value is computed once. Strings that it may contain are tried one by
		// one; other values are looked up.
		if n.op == opContains {
			return operand + texts*each
		}
		return operand + each + bits.Len(uint(texts))
	}
	return max(1, texts) * (operand + each)
}
