package store

import (
	"cmp"
	"slices"

	"bulkpatch/model"
)

// changes is what reading a chunk found: the matching records that the patch
// would change, with their present values, those that have its values already,
// and those that lack what its values need. Numbers are offsets from the
// chunk's base, ascending.
type changes struct {
	changed   []uint32
	unchanged []uint32
	lacking   [][]uint32 // for each need of the assignment
	otherwise []uint32   // before Go works out its part: for each of changed 1 if the rest of the patch changes it, else 0
	former    [][]byte   // for each field that is read a JSON array, in the order of changed

	keeps  []uint32       // of changed: those whose time of change stays as it is
	given  []*model.Field // fields of which each record gets a value of its own
	values [][]byte       // for each such field a JSON array of the values, in the order of changed
}

// matched returns all records that were found, ascending.
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

// only returns the changes of the records in a sorted list.
func (c changes) only(wanted []uint32) changes {
	out := changes{unchanged: intersect(c.unchanged, wanted), keeps: intersect(c.keeps, wanted), given: c.given}
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

// plus returns the changes of c and o together, which have no record in common.
func (c changes) plus(o changes) changes {
	out := changes{unchanged: slices.Concat(c.unchanged, o.unchanged), keeps: slices.Concat(c.keeps, o.keeps), given: c.given}
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

// interleave merges two sorted lists that have no number in common. order[i] is
// the place that the i-th number of the result has in the list a, b.
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

// joinArrays joins JSON arrays of values, field by field, in the order that
// interleave returned.
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

// without returns what is in a and not in b. Both are sorted.
func without(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); !ok {
			out = append(out, n)
		}
	}
	return out
}

// intersect returns what is in both a and b. Both are sorted.
func intersect(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); ok {
			out = append(out, n)
		}
	}
	return out
}
