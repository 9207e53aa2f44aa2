package store

import (
	"cmp"
	"errors"
	"slices"

	"bulkpatch/model"
)

// changes is what reading a chunk found: the matching records that the patch
// would change, with the values they have, those that are right already, and
// those that lack what the patch's values need. Numbers are offsets from the
// chunk's base, in order.
type changes struct {
	changed   []uint32
	unchanged []uint32
	lacking   [][]uint32 // for each need of the assignment
	otherwise []uint32   // before merges: 1 for each of changed that differs in other fields, else 0
	former    [][]byte   // for each field of the patch a JSON array, in the order of changed

	given  []*model.Field // fields of which each record is given a value of its own
	values [][]byte       // the values: for each such field a JSON array, in the order of changed
}

// errDisagree means that a statement changed other records than the same
// transaction had read. It is never expected; the chunk is rolled back.
var errDisagree = errors.New("the update did not change the records that were read")

// matched is all that was found, in order.
func (c changes) matched() []uint32 {
	if len(c.unchanged) == 0 && len(c.lacking) == 0 {
		return c.changed
	}
	all := append(slices.Clone(c.changed), c.unchanged...)
	for _, list := range c.lacking {
		all = append(all, list...)
	}
	slices.Sort(all)
	return all
}

// only keeps what is in a sorted list of numbers.
func (c changes) only(wanted []uint32) changes {
	out := changes{unchanged: intersect(c.unchanged, wanted), given: c.given}
	var places []int
	for i, n := range c.changed {
		if _, ok := slices.BinarySearch(wanted, n); !ok {
			continue
		}
		places = append(places, i)
		out.changed = append(out.changed, n)
		if c.otherwise != nil {
			out.otherwise = append(out.otherwise, c.otherwise[i])
		}
	}
	for _, list := range c.lacking {
		out.lacking = append(out.lacking, intersect(list, wanted))
	}
	for _, array := range c.former {
		out.former = append(out.former, keep(array, places))
	}
	for _, array := range c.values {
		out.values = append(out.values, keep(array, places))
	}
	return out
}

// merge joins two disjoint finds.
func (c changes) merge(o changes) changes {
	out := changes{unchanged: append(slices.Clone(c.unchanged), o.unchanged...), given: c.given}
	if len(out.given) == 0 {
		out.given = o.given
	}
	slices.Sort(out.unchanged)
	for i, list := range c.lacking {
		out.lacking = append(out.lacking, append(slices.Clone(list), o.lacking[i]...))
	}
	both, order := interleave(c.changed, o.changed)
	out.changed = both
	if all := slices.Concat(c.otherwise, o.otherwise); len(all) > 0 {
		for _, place := range order {
			out.otherwise = append(out.otherwise, all[place])
		}
	}
	out.former = joinArrays(c.former, o.former, order)
	out.values = joinArrays(c.values, o.values, order)
	return out
}

// interleave merges two sorted disjoint lists, and says of each number of the
// result at which place of the two lists, one behind the other, it was.
func interleave(a, b []uint32) (both []uint32, order []int) {
	all := slices.Concat(a, b)
	order = make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(all[x], all[y]) })
	for _, place := range order {
		both = append(both, all[place])
	}
	return both, order
}

// joinArrays joins JSON arrays of values, field by field, in an order.
func joinArrays(a, b [][]byte, order []int) [][]byte {
	out := make([][]byte, max(len(a), len(b)))
	for f := range out {
		var all [][]byte
		for _, arrays := range [][][]byte{a, b} {
			if f < len(arrays) {
				all = slices.AppendSeq(all, scalars(arrays[f]))
			}
		}
		array := []byte{'['}
		for i, place := range order {
			if i > 0 {
				array = append(array, ',')
			}
			array = append(array, all[place]...)
		}
		out[f] = append(array, ']')
	}
	return out
}

// without lists what is in a and not in b; both are sorted.
func without(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); !ok {
			out = append(out, n)
		}
	}
	return out
}

func intersect(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); ok {
			out = append(out, n)
		}
	}
	return out
}
