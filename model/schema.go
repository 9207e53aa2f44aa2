package model

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Schema returns the JSON Schema of the field, without x- keywords.
func (f *Field) Schema() jsontext.Value { return appendTree(nil, f.source) }

// Schema returns the JSON Schema of a record, without x- keywords. It includes the
// fields that were added for roles.
func (m *Model) Schema() jsontext.Value {
	properties := map[string]any{}
	required := []any{}
	for _, f := range m.Fields {
		properties[f.Name] = f.source
		if f.Required {
			required = append(required, f.Name)
		}
	}
	schema := map[string]any{"type": "object", "title": m.Title, "properties": properties, "additionalProperties": false}
	if m.Description != "" {
		schema["description"] = m.Description
	}
	if len(required) > 0 {
		schema["required"] = required
	}
	return appendTree(nil, schema)
}

// Definition returns the JSON Schema of a definition ($defs) of the file, without x-
// keywords; null if there is none of the name.
func (m *Model) Definition(name string) jsontext.Value { return appendTree(nil, m.definitions[name]) }

// TakesDate reports whether a DateTime also accepts a date, as its midnight in UTC.
func (f *Field) TakesDate() bool { return f.rule.takesDate }

// annotations are keywords that do not change which values are valid. The digest
// does not include them, nor the x- keywords for vendors' APIs: a worker refuses
// a job if the digest of its model differs, which a better description must not
// cause.
var annotations = []string{"title", "description", "$comment", "examples", "deprecated", "$schema", "$id", "x-vendor", "x-vendor-name"}

// withoutX copies a schema without x- keywords, at any depth.
func withoutX(schema map[string]any) map[string]any {
	plain, _ := mapSchemas(schema, func(s map[string]any) {
		maps.DeleteFunc(s, func(name string, _ any) bool { return strings.HasPrefix(name, "x-") })
	}).(map[string]any)
	return plain
}

// mapSchemas copies a schema and calls change for the copy and for every schema
// inside it, outermost first.
func mapSchemas(schema any, change func(map[string]any)) any {
	s, ok := schema.(map[string]any)
	if !ok {
		return schema
	}
	out := make(map[string]any, len(s))
	for k, v := range s {
		out[k] = v
	}
	change(out)
	for k, v := range out {
		switch keywords[k] {
		case subschema:
			out[k] = mapSchemas(v, change)
		case subschemas:
			if list, ok := v.([]any); ok {
				copied := make([]any, len(list))
				for i, item := range list {
					copied[i] = mapSchemas(item, change)
				}
				out[k] = copied
			}
		case namedSchemas:
			if named, ok := v.(map[string]any); ok {
				copied := make(map[string]any, len(named))
				for name, item := range named {
					copied[name] = mapSchemas(item, change)
				}
				out[k] = copied
			}
		}
	}
	return out
}

// numberOf returns the number of a keyword. ok is false if there is none.
func numberOf(schema map[string]any, keyword string) (json.Number, bool) {
	n, ok := schema[keyword].(json.Number)
	return n, ok
}

func booleanOf(schema map[string]any, keyword string) bool {
	b, _ := schema[keyword].(bool)
	return b
}

func stringOf(schema map[string]any, keyword string) string {
	s, _ := schema[keyword].(string)
	return s
}
