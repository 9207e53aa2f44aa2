package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/model"
)

// An ndjsonSource reads one JSON object a line.
type ndjsonSource struct {
	lines *lineReader
	model *model.Model
	known model.PatchOptions

	checker *lineChecker
}

func (s *ndjsonSource) next() (model.Draft, rowPlace, error) {
	for {
		line, err := s.lines.next()
		at := rowPlace{line: s.lines.number, toLine: s.lines.number, size: len(line)}
		if err == errLineTooLong {
			return model.Draft{}, at, badRow("The line is longer than 1 MiB.")
		}
		if err != nil {
			return model.Draft{}, at, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		// A draft may keep parts of the line, which the reader uses again.
		draft, err := s.checker.check(len(line), func() (model.Draft, model.Faults) {
			return s.model.CheckDraft(bytes.Clone(line), model.Import, s.known)
		})
		return draft, at, err
	}
}

func (s *ndjsonSource) mixesIDs() bool { return true }

// badRow is the fault of one row.
func badRow(why string) lineError { return lineError{why: why, rows: 1} }

// A csvSource reads one record a line; the first line names the fields.
type csvSource struct {
	lines *lineReader
	model *model.Model
	known model.PatchOptions
	names []string

	checker *lineChecker
}

// newCSVSource reads the header line. What is wrong with it is known before
// anything is stored.
func newCSVSource(lines *lineReader, m *model.Model, known model.PatchOptions, checker *lineChecker) (*csvSource, error) {
	s := &csvSource{lines: lines, model: m, known: known, checker: checker}
	header, _, err := s.record()
	var bad lineError
	switch {
	case errors.As(err, &bad):
		return nil, badHeader(bad.why)
	case err == io.EOF:
		return nil, invalid(bodyFault("", "invalid_csv", "The body is empty; its first line must name the fields."))
	case err != nil:
		return nil, err
	}
	return s, s.readHeader(header)
}

func badHeader(why string) error {
	return invalid(bodyFault("", "invalid_csv", "The header line cannot be read: "+why))
}

// readHeader takes the names of the columns, and finds all that is wrong with
// them. Those that no field has are not kept.
func (s *csvSource) readHeader(header []byte) error {
	var faults compat.Faults
	seen := map[string]bool{}
	column := 0
	for name, err := range cellsOf(header) {
		if err != nil {
			return badHeader(sentence(err))
		}
		column++
		if _, known := s.model.Field(name); !known && name != "id" && name != "version" {
			faults.Add(bodyFault("/"+escapePointer(name), "unknown_field", fmt.Sprintf("Column %d names no field of the model.", column)))
			continue
		}
		if seen[name] {
			faults.Add(bodyFault("/"+escapePointer(name), "duplicate_key", fmt.Sprintf("Column %d repeats a name.", column)))
			continue
		}
		seen[name] = true
		s.names = append(s.names, name)
	}
	if faults.Found() > 0 {
		return invalidFor(faults)
	}
	return nil
}

func (s *csvSource) next() (model.Draft, rowPlace, error) {
	record, number, err := s.record()
	at := rowPlace{line: number, toLine: s.lines.number, size: len(record)}
	if err != nil {
		return model.Draft{}, at, err
	}
	cells, n, err := splitRow(record, len(s.names))
	if err != nil {
		return model.Draft{}, at, badRow(sentence(err))
	}
	if n != len(s.names) {
		return model.Draft{}, at, badRow(fmt.Sprintf("The line has %d cells, the header %d.", n, len(s.names)))
	}
	draft, err := s.checker.check(len(record), func() (model.Draft, model.Faults) {
		return s.model.CheckRow(s.names, cells, s.known)
	})
	return draft, at, err
}

func (s *csvSource) mixesIDs() bool {
	return slices.Contains(s.names, "id") || slices.Contains(s.names, s.model.Role(model.RoleID).Name)
}

// record reads one record without its last line break. It goes over several
// lines where a quoted cell holds line breaks, and its number is that of its
// first line. A record that never closes its quote is refused, and reading
// goes on in the next line.
func (s *csvSource) record() (record []byte, number int64, err error) {
	open := false
	for {
		line, err := s.lines.next()
		if number == 0 {
			number = s.lines.number
		}
		switch {
		case err == errLineTooLong:
			return nil, number, badRow("The line is longer than 1 MiB.")
		case err == io.EOF && open:
			return nil, number, badRow(sentence(errOpenQuote))
		case err != nil:
			return nil, number, err
		case !open && len(bytes.TrimSuffix(line, []byte{'\r'})) == 0:
			number = 0
			continue
		}
		record = append(record, line...)
		if len(record) > MaxLine {
			return nil, number, badRow("The record is longer than 1 MiB; a quote may be missing.")
		}
		if open = leavesOpen(line, open); !open {
			return bytes.TrimSuffix(record, []byte{'\r'}), number, nil
		}
		record = append(record, '\n')
	}
}

// sentence makes an error of ours fit for the caller.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
