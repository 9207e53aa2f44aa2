package model

import (
	"slices"
)

// preparePaths sets the paths inside the field that filters can use.
func (b *builder) preparePaths(f *Field, s map[string]any, at string) {
	switch f.Type {
	case Object:
		f.Paths = map[string]Type{}
		b.addPaths(f, s, at, "")
	case Array:
		f.Paths = b.onlyItem(s, at)
	}
}

// onlyItem returns the path to the item of a list of at most one. Other lists have
// no path, because a filter that looks at the first of several items would
// mislead.
func (b *builder) onlyItem(s map[string]any, at string) map[string]Type {
	items, _ := s["items"].(map[string]any)
	most, bounded := numberOf(s, "maxItems")
	if items == nil || !bounded || toInt(most, 2) != 1 {
		return nil
	}
	switch t, _ := b.typeOf(items, PointerTo(at, "items")); t {
	case String, Integer, Number, Boolean, Date:
		return map[string]Type{"0": t}
	}
	return nil
}

func (b *builder) addPaths(f *Field, s map[string]any, at, prefix string) {
	properties, _ := s["properties"].(map[string]any)
	for name, v := range properties {
		below := PointerTo(PointerTo(at, "properties"), name)
		if !columnPattern.MatchString(name) {
			b.problem(below, "the name %q must match %s, so that filters can have it", name, columnPattern)
			continue
		}
		child, ok := v.(map[string]any)
		if !ok {
			continue
		}
		switch t, _ := b.typeOf(child, below); t {
		case Object:
			b.addPaths(f, child, below, prefix+name+".")
		case String, Integer, Number, Boolean, Date:
			f.Paths[prefix+name] = t
		}
		// A date-time inside an object is stored as it was given, so that
		// comparing it would not compare instants: it is no path. Nor are lists.
	}
}

// checkMergeable refuses rules of an object that a merge patch could break without
// a check finding it, at any depth.
func (b *builder) checkMergeable(s map[string]any, at string) {
	types, _ := typesOf(s)
	if s["type"] != nil && !slices.Contains(types, "object") {
		return
	}
	for _, name := range unmergeable {
		if s[name] != nil {
			b.problem(PointerTo(at, name), "%s may not stand here: patches merge into this object, and whether they keep that rule would show only in each record; if the value is no object, say so with type", name)
		}
	}
	for _, keyword := range []string{"properties", "patternProperties"} {
		children, _ := s[keyword].(map[string]any)
		for name, child := range children {
			if c, ok := child.(map[string]any); ok {
				b.checkMergeable(c, PointerTo(PointerTo(at, keyword), name))
			}
		}
	}
	if more, ok := s["additionalProperties"].(map[string]any); ok {
		b.checkMergeable(more, PointerTo(at, "additionalProperties"))
	}
}
