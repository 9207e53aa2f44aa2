package model

import (
	"slices"
	"strings"
)

// preparePaths lists the nested values that filters may name.
func (b *builder) preparePaths(f *Field, s map[string]any, at string) {
	switch f.Type {
	case Object:
		f.Paths = map[string]Type{}
		b.addPaths(f, s, at, "")
	case Array:
		f.Paths = b.onlyItem(s, at)
	}
}

// onlyItem is the path to the value of a list that holds one at most. Lists
// of more have none: a filter that saw their first value alone would mislead.
func (b *builder) onlyItem(s map[string]any, at string) map[string]Type {
	items, _ := s["items"].(map[string]any)
	most, bounded := numberOf(s, "maxItems")
	if items == nil || !bounded || toInt(most, 2) != 1 {
		return nil
	}
	switch k, _ := b.typeOf(items, pointerTo(at, "items")); k {
	case String, Integer, Number, Boolean, Date:
		return map[string]Type{"0": k}
	}
	return nil
}

func (b *builder) addPaths(f *Field, s map[string]any, at, prefix string) {
	properties, _ := s["properties"].(map[string]any)
	for name, v := range properties {
		below := pointerTo(pointerTo(at, "properties"), name)
		if !columnPattern.MatchString(name) {
			b.problem(below, "the name %q must match %s, so that filters can have it", name, columnPattern)
			continue
		}
		child, ok := v.(map[string]any)
		if !ok {
			continue
		}
		switch k, _ := b.typeOf(child, below); k {
		case Object:
			b.addPaths(f, child, below, prefix+name+".")
		case String, Integer, Number, Boolean, Date:
			f.Paths[prefix+name] = k
		}
		// A nested date-time keeps its text, so that comparing it would not
		// compare instants: it is no path. Nor are lists.
	}
}

// checkMergeable refuses rules that a merge patch could break unseen in an
// object into which it merges, at any depth.
func (b *builder) checkMergeable(s map[string]any, at string) {
	types, _ := typesOf(s)
	if s["type"] != nil && !slices.Contains(types, "object") {
		return
	}
	for _, name := range unmergeable {
		if s[name] != nil {
			b.problem(pointerTo(at, name), "%s may not stand here: patches merge into this object, and whether they keep that rule would show only in each record; if the value is no object, say so with type", name)
		}
	}
	for _, keyword := range []string{"properties", "patternProperties"} {
		children, _ := s[keyword].(map[string]any)
		for name, child := range children {
			if c, ok := child.(map[string]any); ok {
				b.checkMergeable(c, pointerTo(pointerTo(at, keyword), name))
			}
		}
	}
	if more, ok := s["additionalProperties"].(map[string]any); ok {
		b.checkMergeable(more, pointerTo(at, "additionalProperties"))
	}
}

// isScalar reports whether values of the kind have an order and fit a key.
func isScalar(k Type) bool { return k != Object && k != Array && k != Any }

// checkMarks refuses x- keywords that do not fit the field or one another.
func (b *builder) checkMarks(f *Field, s map[string]any, at string) {
	refuse := func(when bool, keyword, why string) {
		if when {
			b.problem(pointerTo(at, keyword), "%s: %s", keyword, why)
		}
	}
	refuse(f.Secret != Public && f.Secret != Masked && f.Secret != Hashed, "x-secret", "must be masked or hashed")
	refuse(f.Secret != Public && f.Type != String, "x-secret", "only text can be a secret")
	refuse(f.Secret != Public && f.Choices != nil, "x-secret", "a value out of a known list is no secret")
	refuse(f.Secret == Hashed && s["default"] != nil, "x-secret", "a hashed field can have no default")
	refuse(f.Filterable && f.Secret == Masked, "x-filterable", "a secret could be guessed by filtering")
	refuse(f.Filterable && f.WriteOnly && f.Secret != Hashed, "x-filterable", "a write-only value could be guessed by filtering")
	refuse(f.Unique && (!isScalar(f.Type) || f.Type == Boolean), "x-unique", "a value of the type "+string(f.Type)+" cannot be unique")
	refuse(f.Unique && f.Secret == Hashed, "x-unique", "hashes of equal values differ")
	refuse(f.Unique && f.Concealed() && f.Secret != Hashed, "x-unique", "the refusal of a value that is taken would confirm a guess")
	refuse(f.Unique && s["default"] != nil, "x-unique", "a default would be taken by the first record")
	refuse(f.Indexed && !isScalar(f.Type), "x-indexed", "a value of the type "+string(f.Type)+" cannot be indexed")
	refuse(f.Indexed && f.Secret == Hashed, "x-indexed", "a hash is never searched for")
	refuse(f.Extensible && f.Choices == nil, "x-extensible", "needs text with an enum to extend")
	refuse(f.OpenPaths && (f.Type != Object || !f.Filterable), "x-open-paths", "needs an object that may be filtered")
	refuse(f.OpenPaths && s["additionalProperties"] == false, "x-open-paths", "the object allows no further properties")
	_, declared := f.Paths[f.FilterBy]
	refuse(f.FilterBy != "" && !declared, "x-filter-by", "must be a declared path below the object, or 0 of a list that holds one value at most")
	refuse(f.Prefix != "" && f.Generate != "hex" && f.Generate != "slug", "x-prefix", "needs x-generate: hex or slug")
	refuse(f.rule.takesDate && (f.Type != DateTime || f.Role != RoleNone || f.rule.full != nil), "x-takes-date", "needs a date-time without further rules")
	stuck := f.Required && f.ReadOnly && f.Role == RoleNone && f.Generate == "" && s["default"] == nil
	refuse(stuck, "readOnly", "the field is required, but nothing can give it a value")
}

// checkGenerator makes one value as a new record would get it, to see that
// the field's own rules accept it.
func (b *builder) checkGenerator(f *Field, s map[string]any, at string) {
	if f.Generate == "" {
		return
	}
	if s["x-generate"] != nil {
		at = pointerTo(at, "x-generate")
	}
	kind, ok := generators[f.Generate]
	switch {
	case !ok:
		b.problem(at, "x-generate must be sequence, uuid, slug or hex")
	case kind != f.Type:
		b.problem(at, "x-generate: %s makes values of the type %s", f.Generate, kind)
	case s["default"] != nil:
		b.problem(at, "a field is either generated or has a default")
	case f.Role != RoleNone && f.Role != RoleID:
		b.problem(at, "the store itself makes the values of this role")
	case kind == String:
		var c checker
		c.string(f, f.generate(), nil)
		if faults := c.Faults(); len(faults) > 0 {
			b.problem(at, "the field's rules refuse what would be generated: %s", strings.ToLower(faults[0].Detail))
		}
	}
}

// setDefault keeps the default in stored form.
func (b *builder) setDefault(f *Field, s map[string]any, at string) {
	v, ok := s["default"]
	if !ok || v == nil {
		return
	}
	c := checker{rounds: true}
	stored, _ := c.value(f, appendTree(nil, v), nil)
	if c.Found() == 0 && f.Type == Object {
		c.missingWithin(f, stored.(string), nil)
	}
	for _, fault := range c.Faults() {
		b.problem(pointerTo(at, "default"), "the default breaks the field's own rules: %s", strings.ToLower(fault.Detail))
	}
	f.Default = stored
}
