package model

import (
	"strings"
	"testing"

	"bulkpatch/model/table"
)

// cellModel has a field for each way in which a cell may be empty.
const cellModel = `
x-model: shop
type: object
required: [title, count]
properties:
  title: {type: string}
  note: {type: [string, "null"]}
  size: {type: [integer, "null"]}
  count: {type: integer}
  day: {type: [string, "null"], format: date}
  tags: {type: [array, "null"]}
  any: {}
  slug: {type: string, x-generate: uuid}
`

func TestEmptyCells(t *testing.T) {
	m := mustModel(t, cellModel)
	plain, quoted := table.Cell{}, table.Cell{Quoted: true}
	for name, test := range map[string]struct {
		field string
		cell  table.Cell
		want  string
	}{
		"text that may be null":     {"note", plain, "note=null"},
		"quoted":                    {"note", quoted, `note=""`},
		"text that may not be null": {"title", plain, `title=""`},
		"that, quoted":              {"title", quoted, `title=""`},
		"number":                    {"size", plain, "size=null"},
		"number, quoted":            {"size", quoted, "size=null"},
		"number that must be":       {"count", quoted, "/count not_null"},
		"day, quoted":               {"day", quoted, "day=null"},
		"list, quoted":              {"tags", quoted, "tags=null"},
		"anything, quoted":          {"any", quoted, "any=null"},
		"generated":                 {"slug", plain, ""},
		"id":                        {"id", quoted, ""},
		"version":                   {"version", plain, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, faults := m.CheckRow(columns(t, m, test.field), []table.Cell{test.cell})
			got := setsOf(d.Patch.Sets)
			for _, f := range faults {
				got += f.Pointer + " " + f.Code
			}
			if got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestACellThatIsNoJSONIsToldWhatItShouldBe(t *testing.T) {
	m := mustModel(t, `{x-model: shop, type: object, properties: {tags: {type: array}, custom: {type: object}, any: {}}}`)
	for field, want := range map[string]string{"tags": `["a", "b"]`, "custom": `{"tier": "gold"}`, "any": `"a"`} {
		for _, cell := range []string{"gold", "a, b", "{tier: gold}", "[a", "12"} {
			_, faults := m.CheckRow(columns(t, m, field), cells(cell))
			if cell == "12" && field == "any" {
				wantCodes(t, faults)
			} else if len(faults) != 1 || !strings.Contains(faults[0].Detail, want) {
				t.Errorf("%s in %s: %v", cell, field, faults)
			}
		}
	}
}
