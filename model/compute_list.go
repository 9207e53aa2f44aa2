package model

import (
	"iter"
	"slices"
)

// Items of lists are compared by their canonical JSON: 1.0 is 1, and the order of an
// object's names does not count.

var notList = &problem{CodeType, "The value before is no list."}

// items iterates over the items of a list in canonical form. They are parts of it.
func items(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for m := (members{rest: list[1 : len(list)-1]}); len(m.rest) > 0; {
			if !yield(m.take()) {
				return
			}
		}
	}
}

// appendItem appends an item to an open list: one without the bracket at its end.
func appendItem(open, item []byte) []byte {
	if len(open) > 1 {
		open = append(open, ',')
	}
	return append(open, item...)
}

// operandItems reads the list that an operator is given, with its items as the field
// stores them.
func (p *computeParser) operandItems(t *target, operand []byte, at *Place) [][]byte {
	if operand[0] != '[' {
		p.Add(at, CodeType, "This must be a list of items.")
		return nil
	}
	list := slices.Collect(items(t.field.normalJSON(operand)))
	p.values += len(list)
	return list
}

// newItems is operandItems for items that come into the list. It notes those that
// the list may not have.
func (p *computeParser) newItems(t *target, operand []byte, at *Place) [][]byte {
	list := p.operandItems(t, operand, at)
	rule := t.field.rule.full
	if p.restores || !t.last || rule == nil || rule.items == nil || p.values > MaxComputeValues {
		return list // too many are refused anyway
	}
	here := at.Item(0)
	for _, item := range list {
		if tree, ok := p.readTree(item, here, 3); ok {
			rule.items.check(&p.Collector, tree, here)
		}
		here.Next()
	}
	return list
}

// listing is the step that works out a list from the one before it, [] if there is
// none. change returns an open list, or nil if the list stays the same.
func listing(change func(before []byte) (open []byte)) step {
	return step{absent: true, run: func(_ *working, in []byte) ([]byte, *problem) {
		before := in
		if in == nil {
			before = []byte("[]")
		}
		if before[0] != '[' {
			return nil, notList
		}
		open := change(before)
		switch {
		case open == nil:
			return in, nil
		case len(open)+1 > MaxValue:
			return nil, tooLarge
		}
		return append(open, ']'), nil
	}}
}

// opened returns a copy of a list without the bracket at its end.
func opened(list []byte) []byte { return slices.Clone(list[:len(list)-1]) }

func parseAppend(p *computeParser, t *target, operand []byte, at *Place) step {
	further := p.newItems(t, operand, at)
	return listing(func(before []byte) (open []byte) {
		if len(further) == 0 {
			return nil
		}
		open = opened(before)
		for _, item := range further {
			open = appendItem(open, item)
		}
		return open
	})
}

func parseAdd(p *computeParser, t *target, operand []byte, at *Place) step {
	var further [][]byte // each once
	places := map[string]int{}
	for _, item := range p.newItems(t, operand, at) {
		if _, twice := places[string(item)]; !twice {
			places[string(item)] = len(further)
			further = append(further, item)
		}
	}
	return listing(func(before []byte) (open []byte) {
		present := make([]bool, len(further))
		for item := range items(before) {
			if i, ok := places[string(item)]; ok {
				present[i] = true
			}
		}
		for i, item := range further {
			if present[i] {
				continue
			}
			if open == nil {
				open = opened(before)
			}
			open = appendItem(open, item)
		}
		return open
	})
}

func parseRemove(p *computeParser, t *target, operand []byte, at *Place) step {
	unwanted := map[string]bool{}
	for _, item := range p.operandItems(t, operand, at) {
		unwanted[string(item)] = true
	}
	return listing(func(before []byte) (open []byte) {
		kept, removed := append(make([]byte, 0, len(before)), '['), false
		for item := range items(before) {
			if unwanted[string(item)] {
				removed = true
				continue
			}
			kept = appendItem(kept, item)
		}
		if !removed {
			return nil
		}
		return kept
	})
}
