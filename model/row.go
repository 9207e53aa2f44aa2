package model

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model/table"
)

// A Column is the field that a column of a table sets. The cells of the zero
// Column are ignored.
type Column struct {
	field *Field
	at    *Place
}

// Column returns the column for a header. "id" and "version" are known in every
// model.
func (m *Model) Column(name string) (c Column, known bool) {
	f := m.byName[name]
	if f == nil && (name == "id" || name == "version") {
		f = m.byRole[Role(name)]
	}
	if f == nil {
		return Column{}, false
	}
	return Column{f, placeOf(f, name)}, true
}

// IsID reports whether the column holds the ids of records.
func (c Column) IsID() bool { return c.field != nil && c.field.Role == RoleID }

// CheckRow checks a row of a table for an import and returns every fault of it.
// cells[i] belongs to columns[i], and no two columns have the same name.
//
// An empty cell clears its field. In a generated field or one with a role it
// counts as not given. In a string field it is the empty string if it is quoted
// or if the field cannot be null. Booleans are true or false in upper or lower
// case. Objects, lists and values of any type are JSON.
func (m *Model) CheckRow(columns []Column, cells []table.Cell, o ...PatchOptions) (Draft, Faults) {
	c := newChecker(optionsOf(o))
	d := drafting{check: &c, purpose: Import}
	d.gathered = make([]Set, 0, len(columns))
	for i, column := range columns {
		f, cell := column.field, cells[i]
		if f == nil || f.Secret != Public && cell.Text == Mask || f.absentWhenEmpty(cell) {
			continue
		}
		stored, merge := c.cell(f, cell, column.at)
		d.add(f, stored, merge, column.at)
	}
	return d.finish(m)
}

// absentWhenEmpty reports whether a cell means "not given"; see absentWhenNull.
func (f *Field) absentWhenEmpty(cell table.Cell) bool {
	isEmptyString := cell.Quoted && f.Type == String && f.Role == RoleNone
	return cell.Text == "" && f.absentWhenNull() && !isEmptyString
}

func (c *checker) cell(f *Field, cell table.Cell, at *Place) (stored any, merge []byte) {
	raw, code, detail := f.meant(cell)
	if code != "" {
		c.Add(at, code, detail)
		return nil, nil
	}
	return c.value(f, raw, at)
}

// meant returns the JSON that the text of a cell means in the field, whose rules it
// may break, or what is wrong with the text.
func (f *Field) meant(cell table.Cell) (raw []byte, code, detail string) {
	text := cell.Text
	switch {
	case text == "" && f.Type == String && (cell.Quoted || !f.Nullable):
		return []byte(`""`), "", ""
	case text == "":
		return []byte("null"), "", ""
	case !validText(text):
		return nil, CodeInvalidUTF8, "This is not valid UTF-8."
	}
	switch f.Type {
	case String, Date, DateTime:
		return appendString(nil, text), "", ""
	case Boolean:
		text = strings.ToLower(text)
		if text != "true" && text != "false" {
			return nil, CodeType, typeDetail(f)
		}
	case Integer, Number:
		if !isNumber([]byte(text)) {
			return nil, CodeType, typeDetail(f)
		}
	default:
		if code := notJSON(f, text); code != "" {
			return nil, code, jsonDetails[f.Type]
		}
	}
	return []byte(text), "", ""
}

// jsonDetails are the details of a cell that is not JSON of the type.
var jsonDetails = map[Type]string{
	Object: `This must be an object in JSON, such as {"tier": "gold"}.`,
	Array:  `This must be a list in JSON, such as ["a", "b"].`,
	Any:    `This must be JSON: a text in quotes such as "a", a number, true, false, a list such as ["a", "b"] or an object such as {"tier": "gold"}.`,
}

// notJSON returns the code of the fault if a cell is not JSON of the field's
// type, else "".
func notJSON(f *Field, text string) (code string) {
	v := jsontext.Value(text)
	if !v.IsValid(jsontext.AllowDuplicateNames(true)) {
		return CodeInvalidJSON
	}
	wrong := f.Type == Object && v.Kind() != '{' || f.Type == Array && v.Kind() != '['
	if wrong && v.Kind() != 'n' {
		return CodeType
	}
	return ""
}

// AppendCell appends a stored value as a CSV cell for [Model.CheckRow]: nothing
// for a missing value, the mask for one that [Field.AppendShown] hides.
func (f *Field) AppendCell(dst []byte, stored any, s Secrets) []byte {
	if stored != nil && f.hidden(s) {
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
		if f.Type == DateTime {
			return AppendTime(dst, v)
		}
	}
	return f.AppendJSON(dst, stored)
}
