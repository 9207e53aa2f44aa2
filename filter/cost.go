package filter

import (
	"math/bits"

	"bulkpatch/model"
)

// What a condition costs for one record, in comparisons of a column. They are
// measured: a part of JSON is taken out of its column anew each time, and a
// date-time in there is parsed, too.
const (
	costPart    = 6
	costInstant = 40
	costText    = 3 // of each text of $contains
)

// Cost is about how many comparisons of a column it takes to judge one record
// in the worst case. It is at least 1, and is meant for first guesses: how many
// records to read before the clock is looked at.
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
		// The value is worked out once; texts to be found in it are tried one
		// by one, and others looked up.
		if n.op == opContains {
			return operand + texts*each
		}
		return operand + each + bits.Len(uint(texts))
	}
	return max(1, texts) * (operand + each)
}
