package table

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// sheetRows are the rows of a sheet. Of its XML only the row that is being read is
// in memory.
type sheetRows struct {
	workbook *workbook
	part     *part
	within   bool  // the rows
	row      int64 // number of the row that was read last
	cells    []Cell
	size     int // of the texts of the row
}

// The most that a sheet of any version has.
const (
	maxSheetColumns = 16_384
	maxSheetRow     = 1 << 40 // no version has that many, but some writers count on
)

const detailLongRow = "The row is longer than 1 MiB."

// header reads the rows up to the first one with a value.
func (r *sheetRows) header() ([]string, error) {
	for {
		row, err := r.next()
		if err == io.EOF {
			return nil, &Refusal{"The sheet is empty: its first row must name the fields."}
		}
		if err != nil {
			return nil, err
		}
		if row.Fault != nil {
			return nil, &Refusal{"The header cannot be read. " + row.Fault.Detail}
		}
		names, named := make([]string, len(row.Cells)), false
		for i, cell := range row.Cells {
			names[i] = cell.Text
			named = named || strings.TrimSpace(cell.Text) != ""
		}
		if named {
			return names, nil
		}
	}
}

// next reads one row, with its cells up to the last one that there is.
func (r *sheetRows) next() (FileRow, error) {
	for {
		token, err := r.part.next()
		if err == io.EOF {
			err = errDamaged // the rows have no end
		}
		if err != nil {
			return FileRow{}, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch {
			case e.Name.Local == "sheetData":
				r.within = true
			case r.within && e.Name.Local == "row":
				return r.read(e)
			}
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				return FileRow{}, io.EOF
			}
		}
	}
}

// read reads the row that an element begins.
func (r *sheetRows) read(start xml.StartElement) (FileRow, error) {
	r.cells, r.size = r.cells[:0], 0
	r.row++
	if text := attribute(start, "r"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < r.row || n > maxSheetRow {
			return FileRow{}, errDamaged
		}
		r.row = n
	}
	for {
		token, err := r.token()
		if err != nil {
			return FileRow{}, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "c" {
				if err := r.cell(e); err != nil {
					return FileRow{}, err
				}
			}
		case xml.EndElement:
			if e.Name.Local == "row" {
				at := Place{Line: r.row, ToLine: r.row}
				if r.size > MaxRow {
					return faulty(at, detailLongRow, ""), nil
				}
				return FileRow{Line: r.row, ToLine: r.row, Cells: r.cells}, nil
			}
		}
	}
}

// token returns the next token inside the rows.
func (r *sheetRows) token() (xml.Token, error) {
	token, err := r.part.next()
	if err == io.EOF {
		err = errDamaged
	}
	return token, err
}

// cell reads the cell that an element begins.
func (r *sheetRows) cell(start xml.StartElement) error {
	at, err := r.columnOf(attribute(start, "r"))
	if err != nil {
		return err
	}
	value, err := r.value()
	if err != nil {
		return err
	}
	cell, err := r.workbook.typed(attribute(start, "t"), attribute(start, "s"), value)
	if err != nil {
		return err
	}
	for len(r.cells) <= at {
		r.cells = append(r.cells, Cell{})
	}
	r.cells[at] = cell
	r.size += len(cell.Text)
	return nil
}

// columnOf reads the column, from 0, of the name of a cell such as AB12. A cell
// without a name is in the column after the one before.
func (r *sheetRows) columnOf(name string) (int, error) {
	if name == "" && len(r.cells) < maxSheetColumns {
		return len(r.cells), nil
	}
	n := 0
	for i := 0; i < len(name) && (name[i] < '0' || name[i] > '9'); i++ {
		letter := int(name[i]|0x20) - 'a'
		if letter < 0 || letter >= 26 || n > maxSheetColumns {
			return 0, errDamaged
		}
		n = n*26 + letter + 1
	}
	if n == 0 || n > maxSheetColumns {
		return 0, errDamaged
	}
	return n - 1, nil
}

// value reads the rest of a cell and returns its text: of the value that was saved
// or of a text in the cell itself, never of a formula.
func (r *sheetRows) value() (string, error) {
	var text []byte
	item := richText{}
	saved := false
	for {
		token, err := r.token()
		if err != nil {
			return "", err
		}
		add := item.follow(token)
		switch e := token.(type) {
		case xml.StartElement:
			saved = e.Name.Local == "v"
		case xml.EndElement:
			if e.Name.Local == "c" {
				return string(text), nil
			}
			saved = false
		case xml.CharData:
			if saved {
				add = string(e)
			}
		}
		if r.size+len(text) <= MaxRow { // else the row is too long already
			text = append(text, add...)
		}
	}
}

// typed returns a cell by the type and the style that the sheet gives it.
func (w *workbook) typed(kind, style, value string) (Cell, error) {
	if value == "" {
		return Cell{}, nil
	}
	switch kind {
	case "s":
		text, err := w.texts.get(value)
		return Cell{Text: text}, err
	case "b":
		return Cell{Text: strconv.FormatBool(isTrue(value)), Kind: Boolean}, nil
	case "e":
		return Cell{Text: value, Kind: Error}, nil
	case "d":
		return Cell{Text: strings.TrimSuffix(strings.TrimSuffix(value, "Z"), "T00:00:00"), Kind: Date}, nil
	case "n", "":
		return w.number(style, value), nil
	case "str":
		return Cell{Text: unescaped(value)}, nil
	}
	return Cell{Text: value}, nil // inlineStr
}

// number returns the cell of a number, which may stand for a date.
func (w *workbook) number(style, value string) Cell {
	v, plain, ok := number(value)
	if !ok {
		return Cell{Text: value}
	}
	i, err := strconv.Atoi(style)
	if err == nil && i >= 0 && i < len(w.formats) {
		switch w.formats[i] {
		case dateNumber:
			if text, ok := w.from.iso(v); ok {
				return Cell{Text: text, Kind: Date}
			}
		case clockNumber:
			if text, ok := clock(v); ok {
				return Cell{Text: text}
			}
		}
	}
	return Cell{Text: plain, Kind: Number}
}
