package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// CSV reads a table whose first row names its columns. Rows of empty cells
// are ignored.
type CSV struct {
	lines     *lines
	delimiter byte
	guard     Guard
	unquoted  bool // quotes mean nothing, since the whole header has them
	header    []string

	at      Place  // of the row read last
	raw     []byte // its text, as long as it is valid
	tooLong bool   // that row
	long    []byte // a row of several pieces
	cells   []Cell
}

// NewCSV reads the header. The delimiter is the one given, else what a first
// line such as sep=; says, else that of the header. In a guarded table the marks
// are removed from all cells, those of the header included. The error is a
// *Refusal if this is not a table that can be read.
func NewCSV(r io.Reader, delimiter byte, guard Guard) (*CSV, error) {
	l, head, err := open(r)
	if err != nil {
		return nil, err
	}
	if detail := notCSV(head); detail != "" {
		return nil, &Refusal{detail}
	}
	c := &CSV{lines: l, delimiter: delimiter, guard: guard}
	if err := c.chooseDelimiter(); err != nil {
		return nil, err
	}
	return c, c.readHeader()
}

// Header returns the names of the columns as they are in the table.
func (c *CSV) Header() []string { return c.header }

// Delimiter returns the character between the cells.
func (c *CSV) Delimiter() byte { return c.delimiter }

// chooseDelimiter skips to the header and sets the delimiter.
func (c *CSV) chooseDelimiter() error {
	line, err := c.firstLine()
	if err != nil {
		return err
	}
	if text, ok := separator(line); ok {
		told, ok := Delimiter(text)
		if !ok {
			return &Refusal{"The first line names a delimiter that is not understood: it may be " + DelimiterNames + "."}
		}
		if c.delimiter == 0 {
			c.delimiter = told
		}
		if _, err := c.lines.next(); err != nil {
			return err
		}
		line, err = c.firstLine()
	}
	if c.delimiter == 0 {
		c.delimiter = detect(line)
	}
	return err
}

// firstLine skips blank lines and returns the beginning of the next line.
func (c *CSV) firstLine() ([]byte, error) {
	for {
		line, err := c.lines.line()
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, err
		}
		if _, err := c.lines.next(); err == io.EOF {
			return nil, &Refusal{"This is empty: the first line must name the fields."}
		} else if err != nil {
			return nil, err
		}
	}
}

func (c *CSV) readHeader() error {
	raw, fault, err := c.record()
	switch {
	case err != nil:
		return err
	case fault != nil:
		return &Refusal{"The header line cannot be read. " + fault.Detail}
	}
	n, _ := c.cut(raw, MaxColumns)
	if n > MaxColumns {
		return &Refusal{fmt.Sprintf("The header names %d columns; a table may have %d.", n, MaxColumns)}
	}
	c.unquoted = true
	for _, cell := range c.cells {
		c.header = append(c.header, cell.Text)
		c.unquoted = c.unquoted && cell.Quoted
	}
	return nil
}

// Next reads one row.
func (c *CSV) Next() (Row, error) {
	for {
		raw, fault, err := c.record()
		if c.raw = raw; err != nil {
			return Row{}, err
		}
		if fault != nil {
			return Row{}, fault
		}
		n, empty := c.cut(raw, len(c.header))
		switch {
		case empty:
			continue
		case n != len(c.header):
			return Row{}, c.wrongCount(n)
		case c.at.Line < c.at.ToLine && swallowed(raw, c.delimiter, n):
			return Row{}, c.swallowing("by their quotes they are one row, but each looks like a row of its own")
		}
		return Row{Place: c.at, Cells: c.cells}, nil
	}
}

// record reads one row without the line end behind it. The text is valid
// until the next call.
func (c *CSV) record() (raw []byte, fault *Fault, err error) {
	c.long, c.at, c.tooLong = c.long[:0], Place{}, false
	q := quotes{delimiter: c.delimiter}
	for {
		p, err := c.lines.next()
		switch {
		case err == io.EOF && c.at.Line > 0:
			return c.long, c.swallowing(fmt.Sprintf("a quote opened in line %d is not closed before the end", q.opened)), nil
		case err != nil:
			return nil, nil, err
		case c.at.Line == 0:
			c.at.Line = c.lines.number
		}
		c.at.ToLine = c.lines.number
		q.follow(p.text, c.at.ToLine)
		raw = p.text
		if !q.open() {
			p.end = nil // the row ends here
		}
		if len(c.long) > 0 || c.tooLong || !p.last || q.open() {
			c.tooLong = c.tooLong || !c.append(p)
			raw = c.long
		}
		if p.last && !q.open() {
			break
		}
	}
	c.at.Size = len(raw)
	return raw, c.unreadable(raw, q), nil
}

// append adds a piece to the row. If the row becomes too long it drops all of
// it and returns false.
func (c *CSV) append(p piece) bool {
	if len(c.long)+len(p.text) > MaxRow {
		c.long = c.long[:0]
		return false
	}
	c.long = append(append(c.long, p.text...), p.end...)
	return true
}

// unreadable says what is wrong with a row before it is cut, nil for nothing.
func (c *CSV) unreadable(raw []byte, q quotes) *Fault {
	several := c.at.Line < c.at.ToLine
	switch {
	case several && c.tooLong:
		return c.swallowing(fmt.Sprintf("with a quote opened in line %d the row becomes longer than 1 MiB", q.opened))
	case several && q.broken != "":
		return c.swallowing(fmt.Sprintf("a quote opened in line %d meets the next one in line %d, which cannot close it", q.opened, c.at.ToLine))
	case c.tooLong:
		return c.fault(detailTooLong)
	case q.broken != "":
		return c.fault(q.broken)
	case !utf8.Valid(raw):
		return c.fault(DetailNotUTF8)
	}
	return nil
}

func (c *CSV) fault(detail string) *Fault { return &Fault{c.at, 1, detail} }

// swallowing returns the fault of a quote that joins several lines to one wrong
// row. Each of the lines counts as a lost row.
func (c *CSV) swallowing(why string) *Fault {
	lost := "The line"
	if c.at.Line < c.at.ToLine {
		lost = fmt.Sprintf("Lines %d to %d", c.at.Line, c.at.ToLine)
	}
	return &Fault{c.at, c.at.ToLine - c.at.Line + 1,
		lost + " cannot be read: " + why + `. Close each quote; one that is part of the text is written twice ("").`}
}

func (c *CSV) wrongCount(n int) *Fault {
	if c.at.Line < c.at.ToLine {
		return c.swallowing(fmt.Sprintf("by their quotes they are one row, which has %d cells where the header has %d", n, len(c.header)))
	}
	return c.fault(fmt.Sprintf("The row has %d cells, the header %d.", n, len(c.header)))
}

// cut splits a valid row into cells and keeps the first ones, at most most. n is the
// number of cells; empty is true if all of them are empty.
func (c *CSV) cut(raw []byte, most int) (n int, empty bool) {
	c.cells = c.cells[:0]
	empty = true
	text := string(raw)
	for more := true; more; n++ {
		var cell Cell
		cell, text, more = c.cell(text)
		empty = empty && cell.Empty()
		cell.Text = c.guard.Unmark(cell.Text)
		if n < most {
			c.cells = append(c.cells, cell)
		}
	}
	return n, empty
}

// cell returns the first cell of a valid row.
func (c *CSV) cell(row string) (cell Cell, rest string, more bool) {
	if !strings.HasPrefix(row, `"`) {
		end := strings.IndexByte(row, c.delimiter)
		if end < 0 {
			return Cell{Text: row}, "", false
		}
		return Cell{Text: row[:end]}, row[end+1:], true
	}
	row = row[1:]
	end := strings.IndexByte(row, '"')
	doubled := false
	for end+1 < len(row) && row[end+1] == '"' {
		doubled = true
		end += 2 + strings.IndexByte(row[end+2:], '"')
	}
	cell = Cell{Text: row[:end], Quoted: !c.unquoted}
	if doubled {
		cell.Text = strings.ReplaceAll(cell.Text, `""`, `"`)
	}
	row = row[end+1:]
	return cell, row[min(1, len(row)):], row != ""
}

// How many lines and columns it takes until quoted lines that look like rows are
// treated as rows. A short text with a few commas can look like some.
const (
	leastSwallowed = 5 // lines
	leastColumns   = 3
)

// swallowed reports whether a row of several lines is probably that many rows between
// two stray quotes: each line has as many cells as the header.
func swallowed(row []byte, delimiter byte, columns int) bool {
	if columns < leastColumns {
		return false
	}
	n := 0
	for more := true; more; n++ {
		var line []byte
		line, row, more = cutLine(row)
		if bytes.Count(line, []byte{delimiter}) != columns-1 {
			return false
		}
	}
	return n >= leastSwallowed
}

// cutLine returns the first line of a text and the rest.
func cutLine(text []byte) (line, rest []byte, more bool) {
	end := bytes.IndexAny(text, "\r\n")
	if end < 0 {
		return text, nil, false
	}
	if rest, ok := bytes.CutPrefix(text[end:], []byte("\r\n")); ok {
		return text[:end], rest, true
	}
	return text[:end], text[end+1:], true
}
