package model

import (
	"slices"
	"strings"
	"testing"

	"bulkpatch/model/table"
)

// mustModel builds a model from YAML.
func mustModel(t testing.TB, yaml string) *Model {
	t.Helper()
	m, problems := Check("test.yaml", []byte(yaml))
	if len(problems) > 0 {
		t.Fatalf("the model has problems:\n%v", Problems(problems))
	}
	return m
}

func shippedModel(t testing.TB, name string) *Model {
	t.Helper()
	m, ok := Shipped().Model(name)
	if !ok {
		t.Fatalf("no model %s", name)
	}
	return m
}

// columns finds the columns of fields that must be there.
func columns(t testing.TB, m *Model, names ...string) []Column {
	t.Helper()
	var list []Column
	for _, name := range names {
		c, known := m.Column(name)
		if !known {
			t.Fatalf("no column %s", name)
		}
		list = append(list, c)
	}
	return list
}

// cells makes a row of cells that are not quoted.
func cells(texts ...string) []table.Cell {
	row := make([]table.Cell, len(texts))
	for i, text := range texts {
		row[i].Text = text
	}
	return row
}

// field finds a field that must be there.
func field(t testing.TB, m *Model, name string) *Field {
	t.Helper()
	f, ok := m.Field(name)
	if !ok {
		t.Fatalf("model %s has no field %s", m.Name, name)
	}
	return f
}

// codes writes faults as "pointer code", sorted.
func codes(faults Faults) []string {
	out := []string{}
	for _, f := range faults {
		out = append(out, strings.TrimSpace(f.Pointer+" "+f.Code))
	}
	slices.Sort(out)
	return out
}

func wantCodes(t *testing.T, got Faults, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(codes(got), want) {
		t.Errorf("faults:\n got %q\nwant %q", codes(got), want)
	}
	for _, f := range got {
		if !strings.HasSuffix(f.Detail, ".") || f.Detail[0] < 'A' || f.Detail[0] > 'Z' {
			t.Errorf("detail is no sentence: %q", f.Detail)
		}
	}
}

// everyKind is a model with a field of each kind and mark.
const everyKind = `
x-model: every
x-filterable: true
type: object
required: [name, profile]
properties:
  name: {type: string, minLength: 2, maxLength: 5}
  email: {type: [string, "null"], format: email}
  code: {type: string, pattern: "^[a-z]+$"}
  tier: {type: [string, "null"], enum: [basic, gold, null], x-extensible: true}
  state: {type: string, enum: [on, off], default: on, x-keeps-updated: [off]}
  count: {type: integer, minimum: -5, maximum: 10}
  size: {type: number, exclusiveMinimum: 0}
  even: {type: integer, multipleOf: 2}
  flag: {type: boolean, default: false}
  born: {type: string, format: date}
  ref: {type: [string, "null"], format: uuid}
  refs: {type: array, items: {anyOf: [{type: string, format: uuid}, {type: "null"}]}}
  seen: {type: string, format: date-time}
  tags: {type: array, items: {type: string, maxLength: 3}, maxItems: 2}
  profile:
    type: object
    required: [kind]
    additionalProperties: false
    properties:
      kind: {type: string}
      age: {type: [integer, "null"]}
      deep: {type: object, required: [a], properties: {a: {type: integer}, b: {type: integer}}}
  custom:
    type: [object, "null"]
    x-open-paths: true
    properties:
      ref: {type: [string, "null"], format: uuid}
      channel: {type: [string, "null"], enum: [mail, phone], x-extensible: true}
      home: {type: object, properties: {kind: {type: string, minLength: 2, enum: [house, flat], x-extensible: true}}}
  any: {}
  kindId: {type: [integer, "null"], minimum: 0, x-overrides: [kindTitle, kindNote]}
  kindTitle: {type: [string, "null"]}
  kindNote: {type: [string, "null"]}
  markup: {type: [string, "null"]}
  plain: {type: [string, "null"], maxLength: 20, x-text-of: markup}
  offAt: {type: [string, "null"], format: date-time, readOnly: true, x-stamped-by: {field: state, value: off}}
  offBy: {type: [object, "null"], readOnly: true, x-stamped-by: {field: state, value: off}}
  owner: {type: [object, "null"]}
  rights: {type: [string, "null"], enum: [own, all, null], x-needs: owner}
  due: {type: [string, "null"], format: date-time, x-takes-date: true}
  token: {type: [string, "null"], x-secret: masked}
  password: {type: [string, "null"], minLength: 4, x-secret: hashed}
  inbox: {type: string, writeOnly: true}
  made: {type: [string, "null"], readOnly: true}
  number: {type: integer, readOnly: true, x-generate: sequence}
  key: {type: string, readOnly: true, x-generate: hex, x-prefix: k_}
`
