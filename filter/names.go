package filter

import (
	"slices"
	"strings"

	"bulkpatch/model"
)

// Names are further names, besides the fields of the model, that a vendor's lists can
// filter and sort by. The filter of a job never has them, because it must have the
// same meaning without them.
type Names map[string]Name

// A Name stands for one value or several of a record.
type Name struct {
	// Of are the values of the name: fields (also those that filters cannot use),
	// dotted paths, or contacts.*.value for a value of each item of a list. All
	// have the same type. A condition is met if one of the values meets it. A
	// list is sorted by the first value that exists, and for items by that of
	// the first item.
	Of []string
	// Numeric says that a string which is a JSON number also counts as that
	// number. It is for paths without a declared type.
	Numeric bool
}

// New is the package's New for a filter that may use the names.
func (n Names) New(raw []byte, m *model.Model, g Grammar) (Filter, model.Faults) {
	return n.read(raw, m, g, ofRequests)
}

// Restore is the package's Restore for a filter that may use the names.
func (n Names) Restore(raw []byte, m *model.Model) (Filter, model.Faults) {
	return n.read(raw, m, Native, ofAccepted)
}

// And returns the filter that selects the records which all of some filters of one
// model select. It may exceed the limits, although each of them is within.
func And(first Filter, others ...Filter) Filter {
	if len(others) == 0 {
		return first
	}
	all := allOf{first.root}
	raw := append([]byte(`{"$and":[`), first.raw...)
	for _, f := range others {
		all = append(all, f.root)
		raw = append(append(raw, ','), f.raw...)
	}
	return Filter{m: first.m, root: all, folded: fold(all, positive), raw: append(raw, "]}"...)}
}

// targets returns the values that a name stands for, nil if there is no such name.
func (n Names) targets(name string, m *model.Model) []target {
	known, ok := n[name]
	if !ok {
		return nil
	}
	var found []target
	for _, of := range known.Of {
		t, ok := targetOf(of, m)
		if !ok {
			return nil
		}
		t.numeric = known.Numeric
		found = append(found, t)
	}
	return found
}

// targetOf returns the target of one value of a name.
func targetOf(of string, m *model.Model) (target, bool) {
	head, rest, below := strings.Cut(of, ".")
	f, ok := m.Field(head)
	if !ok || secret(target{field: f}) {
		return target{}, false
	}
	t := target{field: f, valueType: f.Type}
	if !below {
		return t, !whole(t)
	}
	rest, t.items = strings.CutPrefix(rest, "*.")
	t.path = strings.Split(rest, ".")
	if t.valueType, ok = f.Paths[rest]; !ok {
		t.valueType = model.String
		if f.OpenPaths {
			t.valueType = model.Any
		}
	}
	sound := len(t.path) <= MaxDepth && !slices.ContainsFunc(t.path, func(s string) bool { return !segment.MatchString(s) })
	return t, sound && t.items == (f.Type == model.Array)
}

// spread replaces a condition on the first of several values by one on any of them.
func spread(n node, of []target) node {
	switch n := n.(type) {
	case allOf:
		return allOf(spreadAll(n, of))
	case anyOf:
		return anyOf(spreadAll(n, of))
	case negation:
		return negation{spread(n.of, of)}
	case *cond:
		return n.onAny(of)
	}
	return n
}

func spreadAll(nodes []node, of []target) []node {
	all := make([]node, len(nodes))
	for i, n := range nodes {
		all[i] = spread(n, of)
	}
	return all
}

// onAny returns the condition on any of several values. A test for null is true if all
// of them are missing. It counts as one condition, because it was given as one.
func (n *cond) onAny(of []target) node {
	if len(of) == 1 && !(n.items && n.null) {
		return n
	}
	var meets anyOf
	var missing allOf
	for i, t := range of {
		own := cond{target: t, op: n.op, literals: n.literals}
		if i == 0 {
			own.given = n.given
		}
		meets = append(meets, &own)
		missing = append(missing, &cond{target: t, null: true})
	}
	if n.null {
		meets = append(meets, missing)
	}
	return meets
}
