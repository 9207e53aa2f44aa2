package model

import (
	"strings"

	"bulkpatch/model/table"
)

// CellJSON returns the JSON of a cell of a file as a value of the field, for a patch
// or a draft. Text means what it does in an import (see [Model.CheckRow]), with the
// file's decimal separator and form of dates. A cell with a type has its own value:
// a number or date in a string field is its text, and a date in a DateTime field is
// its midnight UTC, since a spreadsheet has no zones. A value that would have to be
// guessed is a fault. The rules of the field are for the caller to check.
func (f *Field) CellJSON(cell table.Cell, d table.Dialect) (raw []byte, fault *Fault) {
	raw, code, detail := f.cellJSON(cell, d)
	if code != "" {
		return nil, &Fault{Pointer: f.rule.pointer, Code: code, Detail: detail}
	}
	return raw, nil
}

func (f *Field) cellJSON(cell table.Cell, d table.Dialect) (raw []byte, code, detail string) {
	switch cell.Kind {
	case table.JSON:
		return f.memberJSON(cell.Text, d)
	case table.Error:
		return nil, CodeType, "The spreadsheet program shows an error here, such as #N/A: correct the formula, or replace it by a value."
	case table.Date:
		return f.dateJSON(cell.Text)
	case table.Number, table.Boolean:
		return f.typedJSON(cell)
	}
	return f.textJSON(cell, d)
}

// textJSON reads a cell of text.
func (f *Field) textJSON(cell table.Cell, d table.Dialect) (raw []byte, code, detail string) {
	switch {
	case cell.Text == "":
	case d.Dates != "" && (f.Type == Date || f.Type == DateTime):
		iso, ok := table.ReadDate(d.Dates, cell.Text)
		if !ok || !ValidDate(iso[:min(len(iso), dateLength)]) {
			return nil, CodeFormat, "This must be a date as " + d.Dates + "."
		}
		return f.dateJSON(iso)
	case d.Decimal == "," && (f.Type == Number || f.Type == Integer):
		if strings.Contains(cell.Text, ".") {
			return nil, CodeType, "This must be a number with a decimal comma and without points."
		}
		cell.Text = strings.Replace(cell.Text, ",", ".", 1)
	}
	return f.meant(cell)
}

// typedJSON reads a number or a boolean of a workbook.
func (f *Field) typedJSON(cell table.Cell) (raw []byte, code, detail string) {
	isNumber := cell.Kind == table.Number
	switch f.Type {
	case String, Any:
	case Integer, Number:
		if !isNumber {
			return nil, CodeType, typeDetail(f)
		}
	case Boolean:
		if isNumber {
			return nil, CodeType, typeDetail(f)
		}
	case Date, DateTime:
		return nil, CodeFormat, "This must be a date: format the column as one in the spreadsheet program, which shows a number here."
	}
	return f.meant(table.Cell{Text: cell.Text})
}

// dateJSON reads a date, or one with a time of day, as ISO 8601.
func (f *Field) dateJSON(iso string) (raw []byte, code, detail string) {
	day, clock, timed := strings.Cut(iso, "T")
	switch f.Type {
	case Any:
		return appendString(nil, iso), "", ""
	case Date:
		if timed && strings.Trim(clock, "0:") != "" {
			return nil, CodeFormat, "This must be a date without a time of day."
		}
		iso = day
	case DateTime:
		if !timed {
			clock = "00:00:00"
		}
		iso = day + "T" + clock + "Z"
	}
	return f.meant(table.Cell{Text: iso})
}

// memberJSON reads the value of a member of an object.
func (f *Field) memberJSON(value string, d table.Dialect) (raw []byte, code, detail string) {
	if isDate := f.Type == Date || f.Type == DateTime; isDate && d.Dates != "" && strings.HasPrefix(value, `"`) {
		if text, err := unquote([]byte(value)); err == nil {
			return f.textJSON(table.Cell{Text: text}, d)
		}
	}
	return []byte(value), "", ""
}

// CellKey returns the stored value of the field that a cell of a key column stands
// for, nil if the cell is empty. Spaces around it are ignored, and so are zeros
// before a number. It need not be a value that the field may have. Objects, lists
// and values of any type are no keys.
func (f *Field) CellKey(cell table.Cell, d table.Dialect) (stored any, fault *Fault) {
	cell, isScalar := scalarCell(cell)
	cell.Text, cell.Quoted = strings.TrimSpace(cell.Text), false
	switch {
	case cell.Text == "":
		return nil, nil
	case !isScalar, f.Type == Object, f.Type == Array, f.Type == Any:
		return nil, &Fault{Pointer: f.rule.pointer, Code: CodeType, Detail: typeDetail(f)}
	case strings.IndexByte(cell.Text, 0) >= 0:
		return nil, &Fault{Pointer: f.rule.pointer, Code: CodeNUL, Detail: detailNUL}
	case f.Type == Integer || f.Type == Number:
		cell.Text = withoutZeros(cell.Text)
	}
	raw, fault := f.CellJSON(cell, d)
	if fault != nil {
		return nil, fault
	}
	stored, ok := f.decode(raw)
	if !ok {
		return nil, &Fault{Pointer: f.rule.pointer, Code: CodeType, Detail: typeDetail(f)}
	}
	return stored, nil
}

// scalarCell returns the cell of a workbook that is like one of NDJSON. ok is false
// if that holds an object or a list.
func scalarCell(cell table.Cell) (scalar table.Cell, ok bool) {
	if cell.Kind != table.JSON {
		return cell, true
	}
	switch cell.Text[:min(1, len(cell.Text))] {
	case "n":
		return table.Cell{}, true
	case `"`:
		text, err := unquote([]byte(cell.Text))
		return table.Cell{Text: text}, err == nil
	case "t", "f":
		return table.Cell{Text: cell.Text, Kind: table.Boolean}, true
	case "{", "[":
		return cell, false
	}
	return table.Cell{Text: cell.Text, Kind: table.Number}, true
}

// withoutZeros removes zeros before the digits of a number.
func withoutZeros(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	short := strings.TrimLeft(digits, "0")
	if short == "" || short[0] < '0' || short[0] > '9' { // of 0 and 0.5 one zero stays
		short = digits[max(0, len(digits)-len(short)-1):]
	}
	if negative {
		short = "-" + short
	}
	return short
}
