package model

import "strings"

// isScalar reports whether values of the type are ordered and fit into an
// index.
func isScalar(t Type) bool { return t != Object && t != Array && t != Any }

// A misfit is a use of an x- keyword (or readOnly) that the loader refuses.
type misfit struct {
	keyword string
	why     string // {type} stands for the type of the field
	when    func(f *Field, schema map[string]any) bool
}

// misfits are the keywords that do not fit their field or one another.
var misfits = []misfit{
	{"x-secret", "must be masked or hashed",
		func(f *Field, _ map[string]any) bool {
			return f.Secret != Public && f.Secret != Masked && f.Secret != Hashed
		}},
	{"x-secret", "only text can be a secret",
		func(f *Field, _ map[string]any) bool { return f.Secret != Public && f.Type != String }},
	{"x-secret", "a value out of a known list is no secret",
		func(f *Field, _ map[string]any) bool { return f.Secret != Public && f.Choices != nil }},
	{"x-secret", "a hashed field can have no default",
		func(f *Field, s map[string]any) bool { return f.Secret == Hashed && s["default"] != nil }},
	{"x-filterable", "a secret could be guessed by filtering",
		func(f *Field, _ map[string]any) bool { return f.Filterable && f.Secret == Masked }},
	{"x-filterable", "a write-only value could be guessed by filtering",
		func(f *Field, _ map[string]any) bool { return f.Filterable && f.WriteOnly && f.Secret != Hashed }},
	{"x-unique", "a value of the type {type} cannot be unique",
		func(f *Field, _ map[string]any) bool { return f.Unique && (!isScalar(f.Type) || f.Type == Boolean) }},
	{"x-unique", "hashes of equal values differ",
		func(f *Field, _ map[string]any) bool { return f.Unique && f.Secret == Hashed }},
	{"x-unique", "the refusal of a value that is taken would confirm a guess",
		func(f *Field, _ map[string]any) bool { return f.Unique && f.Concealed() && f.Secret != Hashed }},
	{"x-unique", "a default would be taken by the first record",
		func(f *Field, s map[string]any) bool { return f.Unique && s["default"] != nil }},
	{"x-indexed", "a value of the type {type} cannot be indexed",
		func(f *Field, _ map[string]any) bool { return f.Indexed && !isScalar(f.Type) }},
	{"x-indexed", "a hash is never searched for",
		func(f *Field, _ map[string]any) bool { return f.Indexed && f.Secret == Hashed }},
	{"x-extensible", "needs text with an enum to extend",
		func(f *Field, _ map[string]any) bool { return f.Extensible && f.Choices == nil }},
	{"x-open-paths", "needs an object that may be filtered",
		func(f *Field, _ map[string]any) bool { return f.OpenPaths && (f.Type != Object || !f.Filterable) }},
	{"x-open-paths", "the object allows no further properties",
		func(f *Field, s map[string]any) bool { return f.OpenPaths && s["additionalProperties"] == false }},
	{"x-filter-by", "must be a declared path below the object, or 0 of a list that holds one value at most",
		func(f *Field, _ map[string]any) bool {
			_, declared := f.Paths[f.FilterBy]
			return f.FilterBy != "" && !declared
		}},
	{"x-prefix", "needs x-generate: hex or slug",
		func(f *Field, _ map[string]any) bool {
			return f.Prefix != "" && f.Generate != "hex" && f.Generate != "slug"
		}},
	{"x-takes-date", "needs a date-time without further rules",
		func(f *Field, _ map[string]any) bool {
			return f.rule.takesDate && (f.Type != DateTime || f.Role != RoleNone || f.rule.full != nil)
		}},
	{"readOnly", "the field is required, but nothing can give it a value",
		func(f *Field, s map[string]any) bool {
			return f.Required && f.ReadOnly && f.Role == RoleNone && f.Generate == "" && s["default"] == nil
		}},
}

// checkMarks refuses x- keywords that do not fit the field or one another.
func (b *builder) checkMarks(f *Field, s map[string]any, at string) {
	for _, m := range misfits {
		if m.when(f, s) {
			why := strings.ReplaceAll(m.why, "{type}", string(f.Type))
			b.problem(PointerTo(at, m.keyword), "%s: %s", m.keyword, why)
		}
	}
}

// checkGenerator generates one value, to check that the rules of the field accept
// it.
func (b *builder) checkGenerator(f *Field, s map[string]any, at string) {
	if f.Generate == "" {
		return
	}
	if s["x-generate"] != nil {
		at = PointerTo(at, "x-generate")
	}
	made, ok := generators[f.Generate]
	switch {
	case !ok:
		b.problem(at, "x-generate must be sequence, uuid, slug or hex")
	case made != f.Type:
		b.problem(at, "x-generate: %s makes values of the type %s", f.Generate, made)
	case s["default"] != nil:
		b.problem(at, "a field is either generated or has a default")
	case f.Role != RoleNone && f.Role != RoleID:
		b.problem(at, "the store itself makes the values of this role")
	case made == String:
		var c checker
		c.string(f, f.generate(), nil)
		if faults := c.Faults(); len(faults) > 0 {
			b.problem(at, "the field's rules refuse what would be generated: %s", strings.ToLower(faults[0].Detail))
		}
	}
}

// setDefault checks the default and sets it in stored form.
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
		b.problem(PointerTo(at, "default"), "the default breaks the field's own rules: %s", strings.ToLower(fault.Detail))
	}
	f.Default = stored
}
