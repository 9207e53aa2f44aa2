package model

import (
	"slices"
	"strings"
)

// checkTogether refuses fields that are set in two ways: by operators and by the
// patch, by operators for an object and for a path inside it, or where a rule of
// the model would let one of the two win silently.
func (p *computeParser) checkTogether() {
	whole := map[*Field]bool{}
	for _, t := range p.targets {
		if t.path == nil {
			whole[t.field] = true
		}
	}
	merges := map[*Field]any{}
	for _, t := range p.targets {
		at := At("").Member(t.name)
		if t.path != nil && whole[t.field] {
			p.Add(at, CodeDuplicateField, "This field is computed twice: also as a part of "+t.field.Name+".")
		}
		switch {
		case p.patchSets(t, merges):
			p.Add(at, CodeDuplicateField, "The patch sets this field, too.")
		case p.ruledOut(t.field):
			p.Add(at, CodeDuplicateField, "By a rule of the model, another field of this request decides about this one. Change them in two jobs, one after the other.")
		}
	}
}

// patchSets reports whether the patch sets a target, a part of it or what it is a
// part of. merges keeps what the patch merges into objects.
func (p *computeParser) patchSets(t target, merges map[*Field]any) bool {
	s, ok := p.patch.Set(t.field)
	if !ok || t.path == nil || s.Merge == nil {
		return ok
	}
	tree, read := merges[t.field]
	if !read {
		tree, _ = p.readTree(s.Merge, nil, 2)
		merges[t.field] = tree
	}
	for _, name := range t.path {
		members, isObject := tree.(map[string]any)
		if !isObject {
			return true
		}
		if tree, ok = members[name]; !ok {
			return false
		}
	}
	return true
}

// ruledOut reports whether the request gives a value to another field that, by the
// rules of the model, sets this one or lets it be ignored, or the other way round.
func (p *computeParser) ruledOut(f *Field) bool {
	for _, o := range p.model.overriding {
		if slices.Contains(o.Overrides, f) && p.gives(o) {
			return true
		}
	}
	for _, o := range f.Overrides {
		if _, set := p.patch.Set(o); set {
			return true
		}
	}
	if f.Stamp == nil {
		return false
	}
	_, set := p.patch.Set(f.Stamp.Field)
	return set
}

// gives reports whether the patch sets a field to a value or operators compute it.
func (p *computeParser) gives(f *Field) bool {
	if s, ok := p.patch.Set(f); ok {
		return s.Value != nil
	}
	return slices.ContainsFunc(p.targets, func(t target) bool { return t.field == f })
}

// A derived field gets the text of the HTML in another one when that changes.
// Both are places in Computation.writes.
type derived struct{ field, markup int }

// A stamping sets its field when another one changes to a value; see [Stamp].
type stamping struct {
	field, when int // places in Computation.writes
}

// A needing is a field that may have a value only if another one has; see
// [Field.Needs].
type needing struct {
	pointer string
	code    string
	field   int // place in Computation.writes, -1 if the patch gives the value
	needed  int // place in Computation.reads, -1 if the patch clears it
	detail  string
}

// relate adds the fields that follow from the computed ones by rules of the model,
// unless the request sets them. A column sets its field only in the records whose rows
// have a value there.
func (c *Computation) relate(patch Patch) {
	free := func(f *Field) bool {
		_, set := patch.Set(f)
		return !set && (c.fills || !slices.Contains(c.writes, f))
	}
	for _, f := range c.model.overriding {
		c.addOverrides(f)
	}
	for _, f := range c.model.derived {
		if markup := slices.Index(c.writes, f.TextOf); markup >= 0 && free(f) {
			c.derived = append(c.derived, derived{c.write(f), markup})
		}
	}
	unstamped := len(c.writes)
	for _, f := range c.model.stamped {
		if when := slices.Index(c.writes[:unstamped], f.Stamp.Field); when >= 0 && free(f) {
			c.stamps = append(c.stamps, stamping{c.write(f), when})
		}
	}
}

// write returns the place of a field in c.writes.
func (c *Computation) write(f *Field) int {
	if i := slices.Index(c.writes, f); i >= 0 {
		return i
	}
	c.writes = append(c.writes, f)
	return len(c.writes) - 1
}

// arrange decides where each value that is read stands, and what the fields need.
func (c *Computation) arrange(p *computeParser) {
	for i := range c.targets {
		t := &c.targets[i]
		t.place = slices.Index(c.writes, t.field)
		if t.path != nil || !c.fills { // the value before a whole one from a row does not matter
			t.slot = p.slot(t.ref)
		}
	}
	for _, r := range p.refs {
		if !slices.Contains(c.reads, r.field) {
			c.reads = append(c.reads, r.field)
		}
	}
	c.addNeeds(p.patch)
	c.slots = len(p.refs)
	c.sources = make([]source, len(c.reads))
	for i := range c.sources {
		c.sources[i] = source{slot: -1, in: wanted{}}
	}
	for slot, r := range p.refs {
		s := &c.sources[slices.Index(c.reads, r.field)]
		if r.path == nil {
			s.slot = slot
		} else {
			s.in.want(r.path, slot)
		}
	}
	for i, f := range c.writes {
		if s, ok := p.patch.Set(f); ok {
			c.sources[i].merge = s.Merge
		}
	}
}

// addNeeds finds the values that need others, where either is computed. Those of the
// patch alone are the store's to check.
func (c *Computation) addNeeds(patch Patch) {
	for i, f := range c.writes {
		if f.Needs == nil {
			continue
		}
		n := needing{pointer: f.rule.pointer, code: f.NeedsCode(), field: i, detail: "This needs a value in " + f.Needs.Name + "."}
		if s, set := patch.Set(f.Needs); set && !slices.Contains(c.writes, f.Needs) {
			if s.Value != nil {
				continue
			}
			n.needed = -1
		} else if f.Needs.Concealed() { // of a text of HTML; it must not be read
			n.needed = -1
		} else {
			n.needed = c.read(f.Needs)
		}
		c.needs = append(c.needs, n)
	}
	for _, s := range patch.Sets {
		if s.Field.Needs == nil || s.Value == nil || slices.Contains(c.writes, s.Field) {
			continue
		}
		if needed := slices.Index(c.writes, s.Field.Needs); needed >= 0 {
			c.needs = append(c.needs, needing{pointer: s.Pointer, code: s.Field.NeedsCode(), field: -1, needed: needed, detail: "This needs a value in " + s.Field.Needs.Name + "."})
		}
	}
}

// read returns the place of a field in c.reads.
func (c *Computation) read(f *Field) int {
	if i := slices.Index(c.reads, f); i >= 0 {
		return i
	}
	c.reads = append(c.reads, f)
	return len(c.reads) - 1
}

// slot returns the place of a former value among those that a record's work reads.
func (p *computeParser) slot(r ref) int {
	key := r.field.Name + "." + strings.Join(r.path, ".")
	if i, ok := p.slotOf[key]; ok {
		return i
	}
	if p.slotOf == nil {
		p.slotOf = map[string]int{}
	}
	p.slotOf[key] = len(p.refs)
	p.refs = append(p.refs, r)
	return len(p.refs) - 1
}
