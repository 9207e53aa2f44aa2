package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/store/sqldb"
)

// A fileWork is what working on a file job needs of its file. A lease opens it once.
type fileWork struct {
	d *sqldb.Dialect
	l job.Lease

	// mu: a chunk is read ahead while the one before it may be read again.
	mu      sync.Mutex
	reader  *fileReader // nil until it is opened
	count   int64       // rows
	dialect table.Dialect

	keys    []fileColumn
	version *fileColumn  // nil for none
	written []fileColumn // in the order of the computation's columns

	found *fileRows // of a selection that was not stored: which row each record has; nil if it is stored
	root  int64     // the job whose selection says it otherwise
	last  rowWindow
}

// A fileColumn is a column of the file.
type fileColumn struct {
	place  int    // within a row
	header string // "" where it is not known
	field  *model.Field
	read   int // of a key or the version: the place in [fileWork.reads]
}

// rowWindow has the rows of a window of a selection.
type rowWindow struct {
	no      int64
	offsets []uint32
	places  []rowPlace
}

// fileWork returns the work on the file of a lease, nil if it has none. found is the
// selection that the lease would have if it is not stored.
func (s *Store) fileWork(l job.Lease, found *fileRows) *fileWork {
	if l.File == nil || l.RestoreSource != 0 {
		return nil
	}
	return &fileWork{d: s.db.Dialect, l: l, found: found}
}

// open reads what is known of the file.
func (f *fileWork) open(q queryer) error {
	if f.reader != nil {
		return nil
	}
	var rows []struct {
		Dialect, Columns string
		Rows             int64 `db:"row_count"`
	}
	if err := q.List(&rows, `SELECT dialect, columns, row_count FROM files WHERE workspace = ? AND id = ?`, f.l.Workspace, f.l.File.File); err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("file %s: %w", f.l.File.File, job.ErrGone)
	}
	var headers []string
	if err := errors.Join(json.Unmarshal([]byte(rows[0].Dialect), &f.dialect), json.Unmarshal([]byte(rows[0].Columns), &headers)); err != nil {
		return err
	}
	f.count = rows[0].Rows
	f.root = f.l.Job
	if f.l.Parent != 0 {
		var err error
		if f.root, err = rootOf(q, f.l.Workspace, f.l.Parent); err != nil {
			return err
		}
	}
	f.arrange(headers)
	f.last.no = -1
	f.reader = newFileReader(f.d, f.l.Workspace, f.l.File.File)
	return nil
}

// arrange finds the columns of the file that are matched and written.
func (f *fileWork) arrange(headers []string) {
	for place, name := range f.l.File.Columns {
		column := fileColumn{place: place, field: columnField(f.l.Model, name)}
		if place < len(headers) {
			column.header = headers[place]
		}
		switch {
		case name == "":
		case slices.Contains(f.l.File.Match, column.field):
			column.read = slices.Index(f.l.File.Match, column.field)
			f.keys = append(f.keys, column)
		case isVersionColumn(f.l.Model, name):
			column.read = len(f.l.File.Match)
			f.version = &column
		default:
			column.field, _ = f.l.Model.FileField(name)
			f.written = append(f.written, column)
		}
	}
}

// pointerTo is the pointer to a field of a record.
func pointerTo(f *model.Field) string { return model.PointerTo("", f.Name) }

// columnField is the field of a column's name, nil for a path.
func columnField(m *model.Model, name string) *model.Field {
	if f, ok := m.Field(name); ok {
		return f
	}
	if role := model.Role(name); role == model.RoleID || role == model.RoleVersion {
		return m.Role(role)
	}
	return nil
}

// isVersionColumn reports whether a column says which version a record must have.
func isVersionColumn(m *model.Model, name string) bool {
	return name == job.VersionColumn || columnField(m, name) == m.Role(model.RoleVersion)
}

// writtenColumns are the names of the columns that give values, in the order of the
// file.
func writtenColumns(m *model.Model, t job.FileTarget) (names []string) {
	for _, name := range t.Columns {
		if name != "" && !isVersionColumn(m, name) && !slices.Contains(t.Match, columnField(m, name)) {
			names = append(names, name)
		}
	}
	return names
}

// reads lists the fields that are compared with a row.
func (f *fileWork) reads() []*model.Field {
	fields := slices.Clone(f.l.File.Match)
	for _, name := range f.l.File.Columns {
		if name != "" && isVersionColumn(f.l.Model, name) {
			fields = append(fields, f.l.Model.Role(model.RoleVersion))
		}
	}
	return fields
}

// keyFields are the fields of a key, in the order of the file's columns.
func (f *fileWork) keyFields() []*model.Field {
	fields := make([]*model.Field, len(f.keys))
	for i, k := range f.keys {
		fields[i] = k.field
	}
	return fields
}

// keyOf returns the key of a row, nil if a cell of it is empty.
func (f *fileWork) keyOf(row table.FileRow) (key []byte, fault *model.Fault) {
	values := make([]any, len(f.keys))
	for i, k := range f.keys {
		if values[i], fault = k.field.CellKey(row.Cells[k.place], f.dialect); fault != nil || values[i] == nil {
			return nil, fault
		}
	}
	return appendKey(nil, values), nil
}

// header returns the header of the column of a matched field or the version.
func (f *fileWork) header(pointer string) string {
	for _, k := range f.keys {
		if pointerTo(k.field) == pointer {
			return k.header
		}
	}
	return ""
}

// columnOf returns the header of the column that gives the value at a pointer, "" if
// none does.
func (f *fileWork) columnOf(c *model.Computation, pointer string) string {
	if i := c.ColumnOf(pointer); i >= 0 {
		return f.written[i].header
	}
	return ""
}

// maxHeader is how much of a header stands in a detail.
const maxHeader = 100

// faultOf says which column of a row has a fault.
func (f *fileWork) faultOf(fault *model.Fault, header string) rowFault {
	detail := fault.Detail
	if header != "" {
		if len(header) > maxHeader {
			header = strings.ToValidUTF8(header[:maxHeader], "") + "…"
		}
		detail = "Column " + strconv.Quote(header) + ": " + detail
	}
	return rowFault{fault.Pointer, detail}
}

func (f *fileWork) invalid(fault *model.Fault, header string) *rejection {
	of := f.faultOf(fault, header)
	return &rejection{Outcome: job.RecordFail, Code: job.CodeLineInvalid, Pointer: of.pointer, Detail: of.detail}
}

// items reads the cells of a row for [model.Occasion.Row], into a slice that may be
// used again. why is the first cell that is not understood.
func (f *fileWork) items(to []any, row placedRow) (items []any, why *rejection) {
	items = to[:0]
	for _, w := range f.written {
		cell := row.Cells[w.place]
		switch {
		case cell.Empty() && (!f.l.File.ClearBlank || f.dialect.Format == table.FormatNDJSON): // a name that a line of NDJSON lacks says nothing
			items = append(items, model.Leave{})
			continue
		case f.clears(cell):
			items = append(items, nil)
			continue
		case w.field.Type == model.String && cell.Kind == table.Text && cell.Text != "": // its own stored form
			items = append(items, cell.Text)
			continue
		}
		raw, fault := w.field.CellJSON(cell, f.dialect)
		switch {
		case fault != nil:
			return items, f.invalid(fault, w.header)
		case string(raw) == "null":
			items = append(items, nil)
		default:
			items = append(items, model.Raw(raw))
		}
	}
	return items, nil
}

// clears reports whether a cell is the word that clears a field.
func (f *fileWork) clears(cell table.Cell) bool {
	text, word := cell.Text, f.l.File.ClearWord
	if cell.Kind == table.JSON {
		var inner string
		if json.Unmarshal([]byte(text), &inner) == nil {
			text = inner
		}
	}
	return word != "" && strings.EqualFold(text, word)
}
