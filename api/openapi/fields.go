package openapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"bulkpatch/model"
)

// A keywordSet is a schema as a model file has it.
type keywordSet = map[string]any

// fieldSchema returns the schema of the values of a field as the model file has it, for
// use inside the document: references lead to its components, and the choices of drop-downs
// that can grow do not exclude others.
func (m *modelSchemas) fieldSchema(f *model.Field) keywordSet {
	out, _ := m.local(decoded(f.Schema())).(keywordSet)
	for _, d := range slices.Concat(f.DropDowns, []*model.Field{f}) {
		if d.Extensible {
			grow(below(out, strings.Split(strings.TrimPrefix(d.Name, f.Name), ".")[1:]), d.Choices)
		}
	}
	switch {
	case f.Type == model.Integer && out["format"] == nil:
		out["format"] = "int64"
	case f.Type == model.Number && out["format"] == nil:
		out["format"] = "double"
	case f.TakesDate():
		out = keywordSet{"anyOf": []any{
			with(out, "format", "date-time"), with(out, "format", "date"),
		}}
	}
	return out
}

// decoded returns JSON as Go values, with numbers as they are written.
func decoded(raw []byte) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	_ = dec.Decode(&v) // what a model returns is JSON
	return v
}

// with returns a copy of a schema with one more keyword.
func with(s keywordSet, name string, value any) keywordSet {
	out := maps.Clone(s)
	out[name] = value
	return out
}

// below returns the schema of a property inside an object, by the names that lead to it.
func below(s keywordSet, names []string) keywordSet {
	for _, name := range names {
		properties, _ := s["properties"].(keywordSet)
		s, _ = properties[name].(keywordSet)
	}
	return s
}

// grow turns the choices of a drop-down that can grow into a remark.
func grow(s keywordSet, choices []string) {
	if s == nil {
		return
	}
	delete(s, "enum")
	s["x-extensible"], s["x-options"] = true, choices
}

// local copies a schema and lets its references lead to the components of the model. One
// that leads elsewhere in the file allows every value here. Defaults are left out:
// generators of types take a member that has one for required, also in a patch.
func (m *modelSchemas) local(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = m.local(item)
		}
		return out
	case keywordSet:
		if ref, ok := v["$ref"].(string); ok {
			name, found := strings.CutPrefix(ref, "#/$defs/")
			if !found || strings.Contains(name, "/") {
				return keywordSet{"description": "A value as the model file describes it."}
			}
			return keywordSet{"$ref": "#/components/schemas/" + m.definition(name)}
		}
		out := make(keywordSet, len(v))
		for k, item := range v {
			switch {
			case slices.Contains([]string{"properties", "patternProperties", "dependentSchemas"}, k):
				out[k] = m.localMembers(item)
			case !slices.Contains([]string{"$defs", "$dynamicRef", "$anchor", "$dynamicAnchor", "$id", "$schema", "default"}, k):
				out[k] = m.local(item)
			}
		}
		return out
	}
	return v
}

// localMembers copies the schemas of members, whatever their names.
func (m *modelSchemas) localMembers(v any) any {
	members, ok := v.(keywordSet)
	if !ok {
		return v
	}
	out := make(keywordSet, len(members))
	for name, schema := range members {
		out[name] = m.local(schema)
	}
	return out
}

// allowNull returns a schema that also allows null.
func allowNull(s keywordSet) keywordSet {
	types, _ := s["type"].([]any)
	if t, ok := s["type"].(string); ok {
		types = []any{t}
	}
	simple := true
	for _, k := range []string{"$ref", "const", "allOf", "anyOf", "oneOf", "not", "if"} {
		simple = simple && s[k] == nil
	}
	enum, listed := s["enum"].([]any)
	switch {
	case !simple || listed && !slices.Contains(enum, nil) && slices.Contains(types, "null"):
		return keywordSet{"anyOf": []any{s, keywordSet{"type": "null"}}}
	case types == nil && !listed, slices.Contains(types, "null"):
		return s
	}
	out := maps.Clone(s)
	if types != nil {
		out["type"] = append(slices.Clone(types), "null")
	}
	if listed && !slices.Contains(enum, nil) {
		out["enum"] = append(slices.Clone(enum), nil)
	}
	return out
}

// mergeable returns the schema of what may be merged into a value: in objects nothing is
// required, and null removes a member.
func mergeable(s keywordSet) keywordSet {
	out := maps.Clone(s)
	delete(out, "required")
	for _, k := range []string{"properties", "patternProperties"} {
		if named, ok := s[k].(keywordSet); ok {
			members := make(keywordSet, len(named))
			for name, item := range named {
				members[name] = item
				if inner, ok := item.(keywordSet); ok {
					members[name] = allowNull(mergeable(inner))
				}
			}
			out[k] = members
		}
	}
	if more, ok := s["additionalProperties"].(keywordSet); ok {
		out["additionalProperties"] = allowNull(mergeable(more))
	}
	return out
}

// annotate adds what a field says of itself beside its values.
func annotate(s keywordSet, f *model.Field) keywordSet {
	out := maps.Clone(s)
	out["description"] = describe(f)
	for name, set := range map[string]bool{
		"x-filterable": f.Filterable, "x-indexed": f.Indexed, "x-unique": f.Unique, "x-open-paths": f.OpenPaths,
	} {
		if set {
			out[name] = true
		}
	}
	if f.Secret != model.Public {
		out["x-secret"] = string(f.Secret)
	}
	if f.Needs != nil {
		out["x-needs"] = f.Needs.Name
	}
	return out
}

// describe is what a field is, as a sentence.
func describe(f *model.Field) string {
	text := f.Description
	if text == "" {
		text = f.Title
	}
	if text == "" {
		text = map[model.Role]string{
			model.RoleID: "Id of the customer", model.RoleVersion: "Version, which grows by one with each change",
			model.RoleCreatedAt: "When the customer was created", model.RoleUpdatedAt: "When it was last changed",
			model.RoleLastJob: "Job that last changed it",
		}[f.Role]
	}
	if text == "" {
		text = "The field " + f.Name
	}
	return strings.TrimSuffix(text, ".") + "."
}
