package api

import (
	"bytes"
	"errors"
	"iter"
	"strings"
)

// appendCell writes one cell of a CSV line as RFC 4180 has it. Texts that a
// spreadsheet would take for a formula are left as they are: an export must
// come back through an import unchanged.
func appendCell(dst []byte, text string) []byte {
	if !strings.ContainsAny(text, "\",\r\n") && strings.TrimSpace(text) == text {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for {
		before, after, found := strings.Cut(text, `"`)
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, '"', '"')
		text = after
	}
}

// appendRow writes one CSV line.
func appendRow(dst []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, cell)
	}
	return append(dst, '\r', '\n')
}

// What can be wrong with a CSV line.
var (
	errOpenQuote  = errors.New("a quoted cell is not closed")
	errBareQuote  = errors.New("a quote stands inside a cell that is not quoted")
	errAfterQuote = errors.New("a closing quote is not followed by a comma or the end of the line")
)

// cellsOf cuts one CSV record, given without its last line break, into cells.
// It ends with the first error.
func cellsOf(record []byte) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for more := true; more; {
			var cell string
			var err error
			cell, record, more, err = nextCell(record)
			if !yield(cell, err) || err != nil {
				return
			}
		}
	}
}

// splitRow cuts a record into cells, and keeps as many as there should be. n
// is how many there are.
func splitRow(record []byte, most int) (cells []string, n int, err error) {
	cells = make([]string, 0, most)
	for cell, err := range cellsOf(record) {
		if err != nil {
			return nil, 0, err
		}
		if n++; n <= most {
			cells = append(cells, cell)
		}
	}
	return cells, n, nil
}

// nextCell takes the first cell off a record.
func nextCell(line []byte) (cell string, rest []byte, more bool, err error) {
	if len(line) == 0 || line[0] != '"' {
		plain, rest, more := bytes.Cut(line, []byte{','})
		if bytes.IndexByte(plain, '"') >= 0 {
			return "", nil, false, errBareQuote
		}
		return string(plain), rest, more, nil
	}
	var text []byte
	line = line[1:]
	for {
		part, after, closed := bytes.Cut(line, []byte{'"'})
		text = append(text, part...)
		switch {
		case !closed:
			return "", nil, false, errOpenQuote
		case len(after) == 0:
			return string(text), nil, false, nil
		case after[0] == ',':
			return string(text), after[1:], true, nil
		case after[0] != '"':
			return "", nil, false, errAfterQuote
		}
		text = append(text, '"')
		line = after[1:]
	}
}

// leavesOpen reports whether a quoted cell is open at the end of a line, given
// whether one was open at its beginning.
func leavesOpen(line []byte, open bool) bool {
	for {
		if !open {
			if len(line) == 0 || line[0] != '"' {
				_, rest, more := bytes.Cut(line, []byte{','})
				if !more {
					return false
				}
				line = rest
				continue
			}
			line = line[1:]
		}
		_, after, closed := bytes.Cut(line, []byte{'"'})
		switch {
		case !closed:
			return true
		case len(after) > 0 && after[0] == '"':
			open, line = true, after[1:]
		case len(after) > 0 && after[0] == ',':
			open, line = false, after[1:]
		default:
			return false // the end of the record, or a fault that splitRow names
		}
	}
}
