package api

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"bulkpatch/api/web"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// A rowSource checks the rows of a table.
type rowSource struct {
	rows    table.Reader
	check   func(table.Row) (model.Draft, model.Faults)
	checker *lineChecker
	mixed   bool // some rows may have an id and others none
}

// newRowSource opens a body as a table. A fault of the table as a whole is
// returned here, before anything is stored.
func newRowSource(body io.Reader, m *model.Model, known model.PatchOptions, shape tableShape, checker *lineChecker) (*rowSource, error) {
	if shape.format != web.TypeCSV {
		rows, err := table.NewNDJSON(body)
		if err != nil {
			return nil, refused("invalid_ndjson", err)
		}
		known.Columns = shape.columns
		return &rowSource{rows, func(row table.Row) (model.Draft, model.Faults) {
			// A draft may keep parts of the line, which the reader uses again.
			d, faults := m.CheckDraft(bytes.Clone(row.Object), model.Import, known)
			if len(faults) > 0 && !utf8.Valid(row.Object) {
				faults = model.Faults{{Code: model.CodeInvalidUTF8, Detail: table.DetailNotUTF8}}
			}
			return d, faults
		}, checker, true}, nil
	}
	rows, err := table.NewCSV(body, shape.delimiter, shape.guard)
	if err != nil {
		return nil, refused("invalid_csv", err)
	}
	columns, err := columnsOf(m, rows.Header(), shape.columns)
	if err != nil {
		return nil, err
	}
	return &rowSource{&usedCells{rows, columns}, func(row table.Row) (model.Draft, model.Faults) {
		return m.CheckRow(columns, row.Cells, known)
	}, checker, slices.ContainsFunc(columns, model.Column.IsID)}, nil
}

// usedCells skips rows whose only values are in columns that are left out. They
// would become empty records.
type usedCells struct {
	*table.CSV
	columns []model.Column
}

// Next reads one row.
func (u *usedCells) Next() (table.Row, error) {
	for {
		row, err := u.CSV.Next()
		if err != nil {
			return row, err
		}
		for i, cell := range row.Cells {
			if u.columns[i] != (model.Column{}) && !cell.Empty() {
				return row, nil
			}
		}
	}
}

// refused returns the answer to a body that is not a table.
func refused(code string, err error) error {
	var refusal *table.Refusal
	if errors.As(err, &refusal) {
		return web.Invalid(web.BodyFault("", code, refusal.Detail))
	}
	return err
}

func (s *rowSource) next() (model.Draft, rowPlace, error) {
	row, err := s.rows.Next()
	var fault *table.Fault
	if errors.As(err, &fault) {
		return model.Draft{}, placeOf(fault.Place), lineError{why: fault.Detail, rows: fault.Rows}
	}
	if err != nil {
		return model.Draft{}, rowPlace{}, err
	}
	draft, err := s.checker.check(row.Size, func() (model.Draft, model.Faults) { return s.check(row) })
	return draft, placeOf(row.Place), err
}

func (s *rowSource) mixesIDs() bool { return s.mixed }

func placeOf(p table.Place) rowPlace {
	return rowPlace{line: p.Line, toLine: p.ToLine, size: p.Size}
}

// badRow is the fault of one row.
func badRow(why string) lineError { return lineError{why: why, rows: 1} }
