package model

import (
	"slices"
	"strings"

	"bulkpatch/model/table"
)

// Blanks say what a cell of a file does that has no value of its own.
type Blanks struct {
	Clear bool   // an empty cell clears its field; else it leaves the field as it is
	Word  string // a cell of this text clears its field, "" for no such text
}

// CheckCells checks a row of a file as a patch, as [Model.CheckPatch] does, and
// returns every fault of it. fields[i], of [Model.FileField], is what cells[i] is for;
// the cells of nil are ignored, and no two fields have the same name. The patch of a
// row that sets nothing is empty and has no fault. A cell clears a string field that
// cannot be null by an empty string. In NDJSON null clears a field, and a name that a
// line lacks never does.
func (m *Model) CheckCells(fields []*Field, cells []table.Cell, d table.Dialect, b Blanks, o PatchOptions) (Patch, Faults) {
	var c Collector
	var members []rowMember
	for i, f := range fields {
		if f == nil {
			continue
		}
		cell := cells[i]
		switch {
		case cell.Empty() && (!b.Clear || d.Format == table.FormatNDJSON):
			continue
		case b.Word != "" && isWord(cell, b.Word):
			cell = table.Cell{}
		}
		raw, code, detail := f.cellJSON(cell, d)
		if code != "" {
			c.Add(f.rule.at, code, detail)
			continue
		}
		members = append(members, rowMember{f, raw})
	}
	if len(members) == 0 {
		return Patch{}, c.Faults()
	}
	patch, faults := m.CheckPatch(rowJSON(members), o)
	c.AddAll(faults)
	return patch, c.Faults()
}

// isWord reports whether a cell has a text and nothing else.
func isWord(cell table.Cell, word string) bool {
	text, ok := scalarCell(cell)
	return ok && text.Text == word
}

// A rowMember is a field, or a value inside one, and its JSON.
type rowMember struct {
	field *Field
	raw   []byte
}

// path returns the names that lead to the value in the record.
func (v rowMember) path() []string {
	if v.field.path == nil {
		return []string{v.field.Name}
	}
	own := strings.TrimSuffix(v.field.Name, "."+strings.Join(v.field.path, "."))
	return append([]string{own}, v.field.path...)
}

// rowJSON writes members as one object. Those of the same object come together.
func rowJSON(members []rowMember) []byte {
	slices.SortStableFunc(members, func(a, b rowMember) int { return slices.Compare(a.path(), b.path()) })
	raw := []byte{'{'}
	var open []string // names of the objects around the last member
	for i, v := range members {
		path := v.path()
		around := path[:len(path)-1]
		same := 0
		for same < min(len(open), len(around)) && open[same] == around[same] {
			same++
		}
		for range len(open) - same {
			raw = append(raw, '}')
		}
		if i > 0 {
			raw = append(raw, ',')
		}
		for _, name := range around[same:] {
			raw = append(appendString(raw, name), ':', '{')
		}
		open = around
		raw = append(append(appendString(raw, path[len(path)-1]), ':'), v.raw...)
	}
	for range len(open) + 1 {
		raw = append(raw, '}')
	}
	return raw
}
