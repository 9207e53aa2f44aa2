package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"bulkpatch/model"
)

// An ndjsonSource reads one JSON object a line.
type ndjsonSource struct {
	lines *lineReader
	model *model.Model
	known model.PatchOptions
}

func (s *ndjsonSource) next() (model.Draft, int64, int, error) {
	for {
		line, err := s.lines.next()
		number := s.lines.number
		if err == errLineTooLong {
			return model.Draft{}, number, 0, lineError{"The line is longer than 1 MiB."}
		}
		if err != nil {
			return model.Draft{}, number, 0, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		// A draft may keep parts of the line, which the reader uses again.
		draft, faults := s.model.CheckDraft(bytes.Clone(line), model.Import, s.known)
		draft, err = sealed(draft, faults)
		return draft, number, len(line), err
	}
}

// A csvSource reads one record a line; the first line names the fields.
type csvSource struct {
	lines *lineReader
	model *model.Model
	known model.PatchOptions
	names []string
}

// newCSVSource reads the header line. What is wrong with it is known before
// anything is stored.
func newCSVSource(lines *lineReader, m *model.Model, known model.PatchOptions) (*csvSource, error) {
	s := &csvSource{lines: lines, model: m, known: known}
	names, _, _, err := s.row()
	var bad lineError
	switch {
	case errors.As(err, &bad):
		return nil, invalid([]fault{{"", "invalid_csv", "The header line cannot be read: " + bad.why, inBody}})
	case err == io.EOF:
		return nil, invalid([]fault{{"", "invalid_csv", "The body is empty; its first line must name the fields.", inBody}})
	case err != nil:
		return nil, err
	}
	s.names = names
	if faults := headerFaults(names, m); len(faults) > 0 {
		return nil, invalid(faults)
	}
	return s, nil
}

// headerFaults finds all that is wrong with the names of the columns.
func headerFaults(names []string, m *model.Model) []fault {
	var faults []fault
	seen := map[string]bool{}
	for i, name := range names {
		pointer := "/" + escapePointer(name)
		_, known := m.Field(name)
		switch {
		case seen[name]:
			faults = append(faults, fault{pointer, "duplicate_key", fmt.Sprintf("Column %d repeats a name.", i+1), inBody})
		case !known && name != "id" && name != "version":
			faults = append(faults, fault{pointer, "unknown_field", fmt.Sprintf("Column %d names no field of the model.", i+1), inBody})
		}
		seen[name] = true
	}
	return faults
}

func (s *csvSource) next() (model.Draft, int64, int, error) {
	cells, number, size, err := s.row()
	if err != nil {
		return model.Draft{}, number, 0, err
	}
	if len(cells) != len(s.names) {
		return model.Draft{}, number, 0, lineError{fmt.Sprintf("The line has %d cells, the header %d.", len(cells), len(s.names))}
	}
	draft, faults := s.model.CheckRow(s.names, cells, s.known)
	draft, err = sealed(draft, faults)
	return draft, number, size, err
}

// row reads one record, which goes over several lines where a quoted cell
// holds line breaks. Its number is that of its first line. A record that
// never closes its quote is refused, and reading goes on in the next line.
func (s *csvSource) row() (cells []string, number int64, size int, err error) {
	var record []byte
	open := false
	for {
		line, err := s.lines.next()
		if number == 0 {
			number = s.lines.number
		}
		switch {
		case err == errLineTooLong:
			return nil, number, 0, lineError{"The line is longer than 1 MiB."}
		case err == io.EOF && open:
			return nil, number, 0, lineError{sentence(errOpenQuote)}
		case err != nil:
			return nil, number, 0, err
		case !open && len(bytes.TrimSuffix(line, []byte{'\r'})) == 0:
			number = 0
			continue
		}
		record = append(record, line...)
		if len(record) > MaxLine {
			return nil, number, 0, lineError{"The record is longer than 1 MiB; a quote may be missing."}
		}
		if open = leavesOpen(line, open); !open {
			break
		}
		record = append(record, '\n')
	}
	cells, err = splitRow(bytes.TrimSuffix(record, []byte{'\r'}))
	if err != nil {
		err = lineError{sentence(err)}
	}
	return cells, number, len(record), err
}

// sentence makes an error of ours fit for the caller.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
