package openapi

import (
	"encoding/json"
	"strings"

	"bulkpatch/model"
)

// sampleTexts are values of fields by their names, where a text of no meaning would be odd.
var sampleTexts = map[string]string{
	"name": "Acme", "title": "Acme", "firstName": "Ana", "lastName": "Silva",
	"jobTitle": "Lead", "stage": "trial", "city": "Dublin", "phone": "+353 1 555 0100", "description": "A customer since 2020",
}

// sample returns a value that a field may have, nil if none is at hand.
func sample(f *model.Field) any {
	values := map[model.Type][]string{
		model.String:  {`"Example"`, `"ana@example.com"`, `"https://example.com"`, `"example.com"`, `"0193a5c4-8d1f-4c3a-9b52-6f0e4d7a1b28"`, `"Europe/Dublin"`, `"192.0.2.1"`, `"2001:db8::1"`},
		model.Integer: {"1", "10", "100"}, model.Number: {"1", "0.5", "10"}, model.Boolean: {"true", "false"},
		model.Date: {`"2026-01-31"`}, model.DateTime: {`"2026-01-31T12:00:00Z"`},
		model.Array: {`["Example"]`, "[]"}, model.Object: {"{}"}, model.Any: {`"text"`},
	}[f.Type]
	if text := sampleTexts[f.Name]; text != "" && f.Type == model.String {
		values = append([]string{`"` + text + `"`}, values...)
	}
	if len(f.Choices) > 0 {
		quoted, _ := json.Marshal(f.Choices[0])
		values = []string{string(quoted)}
	}
	for _, v := range values {
		if _, fault := f.EncodeJSON([]byte(v)); fault == nil {
			return json.RawMessage(v)
		}
	}
	return nil
}

// sampleFilter is a filter on the first field that is best to show: one with few values,
// or a text.
func (m *modelSchemas) sampleFilter() any {
	for _, few := range []bool{true, false} {
		for _, f := range m.model.Fields {
			fits := f.Filterable && !f.Concealed() && f.FilterBy == "" && f.Role == model.RoleNone &&
				(few && len(f.Choices) > 1 || !few && (f.Type == model.String || f.Type == model.Integer))
			if v := sample(f); fits && v != nil {
				return obj(f.Name, v)
			}
		}
	}
	return object{}
}

// samplePatch changes the first text that can be changed: of those that have a good
// example one that need not differ between customers, else one of no fixed form.
func (m *modelSchemas) samplePatch() any {
	for _, fits := range []func(*model.Field) bool{
		func(f *model.Field) bool {
			return plainText(f) && !f.Required && sampleTexts[f.Name] != "" && !strings.HasSuffix(f.Name, "Name")
		},
		plainText,
		func(*model.Field) bool { return true },
	} {
		for _, f := range m.model.Fields {
			if v := sample(f); v != nil && !f.ReadOnly && !f.Concealed() && !f.Unique && f.Needs == nil && fits(f) {
				return obj(f.Name, v)
			}
		}
	}
	return nil
}

// plainText reports whether a field is a text of no fixed form.
func plainText(f *model.Field) bool {
	return f.Type == model.String && f.Format == "" && f.Choices == nil
}

// sampleCreate gives a new customer what it must have; where that is nothing, what has a
// good example.
func (m *modelSchemas) sampleCreate() any {
	out := object{}
	for _, f := range m.model.Fields {
		if !f.Required {
			continue
		}
		v := sample(f)
		if v == nil {
			return nil
		}
		out.set(f.Name, v)
	}
	if len(out) > 0 {
		return out
	}
	for _, f := range m.model.Fields {
		if v := sample(f); v != nil && plainText(f) && sampleTexts[f.Name] != "" && !f.ReadOnly && !f.Concealed() && !f.Unique {
			out.set(f.Name, v)
		}
	}
	if more, ok := m.samplePatch().(object); ok && len(out) == 0 {
		out = more
	}
	return out
}
