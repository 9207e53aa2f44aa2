package web

import (
	"bytes"

	"bulkpatch/model/table"
)

// A CSV writes tables as RFC 4180 has them. It is the only writer of CSV: so a
// server that guards its tables guards all of them.
type CSV struct {
	guard     table.Guard
	delimiter byte
}

// NewCSV returns the writer of guarded or unguarded tables.
func NewCSV(guard table.Guard) CSV { return CSV{guard, ','} }

// WithDelimiter returns the writer of tables with another delimiter than the comma.
func (c CSV) WithDelimiter(d byte) CSV { return CSV{c.guard, d} }

// AppendHeader appends the line that names the columns.
func (c CSV) AppendHeader(dst []byte, names ...string) []byte {
	line := c.Line(dst)
	for _, name := range names {
		line.AddString([]byte(name))
	}
	return line.End()
}

// Line begins a line, which is appended to dst.
func (c CSV) Line(dst []byte) Line { return Line{CSV: c, text: dst} }

// A Line is a line of CSV that is being written, cell by cell.
type Line struct {
	CSV
	text  []byte
	cells int
}

// AddMissing adds the cell of a missing value.
func (l *Line) AddMissing() { l.next() }

// AddString adds the cell of a string. It is guarded if the table is. An empty
// string is quoted, so that a reader can distinguish it from a missing value.
func (l *Line) AddString(text []byte) {
	l.next()
	if len(text) == 0 {
		l.text = append(l.text, `""`...)
		return
	}
	l.cell(l.guard.Mark(text), text)
}

// AddOptional adds the cell of a string, or of a missing value if it is empty.
func (l *Line) AddOptional(text string) {
	if text == "" {
		l.AddMissing()
		return
	}
	l.AddString([]byte(text))
}

// AddValue adds the cell of a number, a boolean, a date or JSON, which is never
// guarded. A value without text is missing.
func (l *Line) AddValue(text []byte) {
	l.next()
	l.cell("", text)
}

// End ends the line and returns the text that it was appended to.
func (l *Line) End() []byte { return append(l.text, '\r', '\n') }

// next separates the next cell from the one before.
func (l *Line) next() {
	if l.cells > 0 {
		l.text = append(l.text, l.delimiter)
	}
	l.cells++
}

// cell appends the mark and the text of a cell, in quotes if need be.
func (l *Line) cell(mark string, text []byte) {
	quoted := bytes.IndexByte(text, l.delimiter) >= 0 || bytes.ContainsAny(text, "\",\r\n") || len(bytes.TrimSpace(text)) != len(text)
	l.text = appendCell(l.text, mark, text, quoted)
}

func appendCell(dst []byte, mark string, text []byte, quoted bool) []byte {
	if !quoted {
		return append(append(dst, mark...), text...)
	}
	dst = append(append(dst, '"'), mark...)
	for {
		before, after, found := bytes.Cut(text, []byte{'"'})
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, '"', '"')
		text = after
	}
}
