package model

import (
	"fmt"
	"strings"
)

// CheckRow checks a line of a CSV file for an import and finds every fault of
// it: names are the fields, cells their texts. An empty cell clears the field;
// of what is generated, or kept by the store, it counts as not given.
// Booleans are true or false in any case, objects, lists and values of any
// type are JSON text.
func (m *Model) CheckRow(names, cells []string, o ...PatchOptions) (Draft, Faults) {
	var c checker
	c.options, c.allowNew = about(o)
	d := drafting{check: &c, purpose: Import}
	if len(cells) != len(names) {
		c.Add(nil, CodeSchema, fmt.Sprintf("The line has %d cells but the header has %d.", len(cells), len(names)))
		return d.finish(m)
	}
	d.gathered = make([]Set, 0, len(names))
	seen := make([]bool, len(m.Fields))
	for i, name := range names {
		f := m.column(name)
		at := placeOf(f, name)
		switch {
		case f == nil:
			c.Add(at, CodeUnknownField, detailUnknown)
			continue
		case f.Name == name && seen[f.Index]:
			c.Add(at, CodeDuplicateKey, "The header names this field twice.")
			continue
		case f.Name == name:
			seen[f.Index] = true
		}
		if f.Secret != Public && cells[i] == Mask || cells[i] == "" && f.absentWhenNull() {
			continue
		}
		stored, merge := c.cell(f, cells[i], at)
		d.add(f, stored, merge, at)
	}
	return d.finish(m)
}

// column finds the field of a header; see reader.lookUp.
func (m *Model) column(name string) *Field {
	f := m.byName[name]
	if f == nil && (name == "id" || name == "version") {
		return m.byRole[Role(name)]
	}
	return f
}

func (c *checker) cell(f *Field, cell string, at *Place) (stored any, merge []byte) {
	if cell == "" {
		return c.value(f, []byte("null"), at)
	}
	switch f.Kind {
	case String, Date, DateTime:
		if !validText(cell) {
			c.Add(at, CodeInvalidUTF8, "This is not valid UTF-8.")
			return nil, nil
		}
		return c.value(f, appendText(nil, cell), at)
	case Boolean:
		if lower := strings.ToLower(cell); lower == "true" || lower == "false" {
			cell = lower
		}
	case Integer, Number:
		// A cell "null" is no number, though it is JSON.
		if cell == "null" {
			c.Add(at, CodeType, typeDetail(f))
			return nil, nil
		}
	}
	if f.Kind == Boolean && cell != "true" && cell != "false" {
		c.Add(at, CodeType, typeDetail(f))
		return nil, nil
	}
	return c.value(f, []byte(cell), at)
}

// AppendCell appends a stored value as the text of a CSV cell, as
// [Model.CheckRow] reads it: a missing value is empty, and what
// [Field.AppendShown] hides is the mask.
func (f *Field) AppendCell(dst []byte, stored any, secrets bool) []byte {
	if stored != nil && f.hidden(secrets) {
		return append(dst, Mask...)
	}
	switch v := stored.(type) {
	case nil:
		return dst
	case string:
		return append(dst, v...)
	case []byte:
		return append(dst, v...)
	case int64:
		if f.Kind == DateTime {
			return AppendTime(dst, v)
		}
	}
	return f.AppendJSON(dst, stored)
}
