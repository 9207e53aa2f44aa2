package model

import (
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A string with the format uuid is stored and compared in lower case, because case
// has no meaning in a UUID. That applies to fields, to strings inside lists and
// objects, and to the values that filters compare with them.

// IsUUID reports whether the string at a path inside the field is a UUID. Without a
// path it reports that of the field itself. The path of an item is its number.
func (f *Field) IsUUID(path ...string) bool {
	if len(path) == 0 {
		return f.Type == String && f.Format == formatUUID && f.Secret != Hashed // a hash has its case
	}
	if f.rule.uuids == nil {
		return false
	}
	schemas := []*jsonschema.Schema{f.rule.uuids}
	for i, name := range path {
		if i == 0 && f.Type == Array {
			schemas = itemSchemas(schemas, 0)
		} else {
			schemas = memberSchemas(schemas, name)
		}
	}
	return haveUUID(schemas)
}

// Caseless reports whether the field is unique without regard to case, as names in
// the DNS are. Its values are stored as they were given.
func (f *Field) Caseless() bool {
	return f.Unique && f.Type == String && (f.Format == "domain" || f.Format == "hostname")
}

// LowerASCII changes A-Z to lower case and no other letter, as the databases do.
func LowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// HasUUIDs reports whether the field is a UUID or can have UUIDs inside.
func (f *Field) HasUUIDs() bool { return f.IsUUID() || f.rule.uuids != nil }

// Normal returns a stored value of the field with its UUIDs in lower case. Earlier
// versions stored them as given.
func (f *Field) Normal(stored any) any {
	text, ok := stored.(string)
	switch {
	case !ok:
	case f.IsUUID():
		return LowerASCII(text)
	case f.rule.uuids != nil:
		return string(f.normalJSON([]byte(text)))
	}
	return stored
}

// normalJSON is Normal for a JSON value of the field or a merge patch. It returns
// invalid JSON unchanged.
func (f *Field) normalJSON(raw []byte) []byte {
	if f.rule.uuids == nil || raw == nil {
		return raw
	}
	var c Collector
	tree, ok := c.readTree(raw, nil, 2)
	if !ok {
		return raw
	}
	return appendTree(nil, f.lowerUUIDs(tree))
}

// lowerUUIDs changes the UUIDs of a tree, in place, to lower case.
func (f *Field) lowerUUIDs(tree any) any {
	if f.rule.uuids == nil {
		return tree
	}
	return lowerWithin(tree, []*jsonschema.Schema{f.rule.uuids})
}

func lowerWithin(tree any, schemas []*jsonschema.Schema) any {
	switch tree := tree.(type) {
	case string:
		if haveUUID(schemas) && validUUID(tree) {
			return LowerASCII(tree)
		}
	case []any:
		for i, item := range tree {
			tree[i] = lowerWithin(item, itemSchemas(schemas, i))
		}
	case map[string]any:
		for name, member := range tree {
			tree[name] = lowerWithin(member, memberSchemas(schemas, name))
		}
	}
	return tree
}

func haveUUID(schemas []*jsonschema.Schema) bool {
	return slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool { return asksUUID(s, MaxDepth) })
}

// asksUUID reports whether a schema allows no strings but UUIDs. Of alternatives,
// all that allow strings must. depth ends circular references.
func asksUUID(s *jsonschema.Schema, depth int) bool {
	if s == nil || depth == 0 {
		return false
	}
	asks := func(s *jsonschema.Schema) bool { return asksUUID(s, depth-1) }
	noOther := func(s *jsonschema.Schema) bool {
		return s.Types != nil && !slices.Contains(s.Types.ToStrings(), "string") || asks(s)
	}
	all := func(s []*jsonschema.Schema) bool {
		return slices.ContainsFunc(s, asks) && !slices.ContainsFunc(s, func(s *jsonschema.Schema) bool { return !noOther(s) })
	}
	return s.Format != nil && s.Format.Name == formatUUID || asks(s.Ref) || slices.ContainsFunc(s.AllOf, asks) || all(s.AnyOf) || all(s.OneOf)
}

// withReferred adds the schemas that these schemas apply, or can apply, to the same
// value.
func withReferred(schemas []*jsonschema.Schema) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	seen := map[*jsonschema.Schema]bool{nil: true}
	for open := schemas; len(open) > 0; {
		s := open[0]
		open = open[1:]
		if seen[s] {
			continue
		}
		seen[s] = true
		all = append(all, s)
		open = append(open[:len(open):len(open)], s.Ref, s.Then, s.Else)
		for _, more := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
			open = append(open, more...)
		}
	}
	return all
}

// memberSchemas returns the schemas of a member of an object.
func memberSchemas(schemas []*jsonschema.Schema, name string) []*jsonschema.Schema {
	var found []*jsonschema.Schema
	for _, s := range withReferred(schemas) {
		declared := false
		if member, ok := s.Properties[name]; ok {
			found, declared = append(found, member), true
		}
		for pattern, member := range s.PatternProperties {
			if pattern.MatchString(name) {
				found, declared = append(found, member), true
			}
		}
		if more, ok := s.AdditionalProperties.(*jsonschema.Schema); ok && !declared {
			found = append(found, more)
		}
	}
	return found
}

// itemSchemas returns the schemas of an item of a list.
func itemSchemas(schemas []*jsonschema.Schema, i int) []*jsonschema.Schema {
	var found []*jsonschema.Schema
	for _, s := range withReferred(schemas) {
		if i < len(s.PrefixItems) {
			found = append(found, s.PrefixItems[i])
		} else {
			found = append(found, s.Items2020)
		}
	}
	return found
}

// holdsUUIDs reports whether a schema asks for a UUID anywhere.
func holdsUUIDs(s *jsonschema.Schema) bool {
	seen := map[*jsonschema.Schema]bool{nil: true}
	for open := []*jsonschema.Schema{s}; len(open) > 0; {
		s, open = open[len(open)-1], open[:len(open)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		if haveUUID([]*jsonschema.Schema{s}) {
			return true
		}
		open = append(append(open, withReferred([]*jsonschema.Schema{s})...), s.Items2020)
		open = append(open, s.PrefixItems...)
		for _, member := range s.Properties {
			open = append(open, member)
		}
		for _, member := range s.PatternProperties {
			open = append(open, member)
		}
		if more, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			open = append(open, more)
		}
	}
	return false
}
