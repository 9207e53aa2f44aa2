package api

import (
	"context"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

var (
	errNoRows   = web.NewProblem("no_file", "The job takes nothing from a file, so it has no rows.")
	errRowsGone = web.NewProblem("rows_gone", "The rows of the job were kept as long as the former values of its customers, and have been removed.")
)

// markUTF8 tells spreadsheet programs that a table is in UTF-8.
const markUTF8 = "\xef\xbb\xbf"

// The columns that say what became of a row. A file that has them is read without them.
var outcomeColumns = []string{"_outcome", "_code", "_detail"}

// rows sends the rows of a file job as they came, with what became of each.
func (s *server) rows(c *call) error {
	in := c.input()
	outcomes := in.outcomes()
	if err := in.err(); err != nil {
		return err
	}
	if _, err := web.Negotiate(c.r.Header, c.route.answer.Types...); err != nil {
		return err
	}
	j, err := s.visibleJob(c)
	if err != nil {
		return err
	}
	if j.File == nil {
		return errNoRows
	}
	f, err := s.Store.File(c.ctx(), c.workspace(), j.Model, j.File.File)
	if err != nil || !j.RowsKept {
		return orRowsGone(err)
	}
	out := s.rowStream(c, f, j.ID)
	if c.bodyless() {
		return out.Flush()
	}
	if out.MediaType != web.TypeNDJSON {
		out.Append(s.rowTable(f).appendHeader([]byte(markUTF8)))
	}
	if err := s.putRows(c.ctx(), c, out, f, j.ID, outcomes); err != nil {
		return orRowsGone(err)
	}
	return out.Flush()
}

// rowStream begins the answer: a table, or NDJSON if the file was that.
func (s *server) rowStream(c *call, f job.File, id string) *web.Stream {
	out := web.NewStream(c.ctx(), c.w)
	out.MediaType, out.Filename = web.TypeCSV+"; charset=utf-8; header=present", "rows-"+id+".csv"
	if f.Format == table.FormatNDJSON {
		out.MediaType, out.Filename = web.TypeNDJSON, "rows-"+id+".ndjson"
	}
	return out
}

// putRows sends the rows.
func (s *server) putRows(ctx context.Context, c *call, out *web.Stream, f job.File, id string, outcomes []job.Outcome) error {
	line := s.rowTable(f).appendRow
	if f.Format == table.FormatNDJSON {
		line = rowObjects{f}.appendRow
	}
	var buf []byte
	_, err := s.Store.FileRows(ctx, c.workspace(), id, outcomes, func(row table.FileRow, what job.Result) error {
		c.alive()
		buf = line(buf[:0], row, what)
		return out.Put(buf)
	})
	return err
}

// orRowsGone says of rows or a file that are missing, and of no error, that the rows
// are gone.
func orRowsGone(err error) error {
	if err == nil || errors.Is(err, job.ErrNotFound) || errors.Is(err, job.ErrGone) {
		return errRowsGone
	}
	return err
}

// A rowTable writes rows as CSV.
type rowTable struct {
	csv  web.CSV
	file job.File
}

// rowTable returns the table of a file's rows, with the delimiter that the file has.
func (s *server) rowTable(f job.File) rowTable {
	csv := s.csv()
	if d, ok := table.Delimiter(f.Delimiter); ok {
		csv = csv.WithDelimiter(d)
	}
	return rowTable{csv, f}
}

func (t rowTable) appendHeader(dst []byte) []byte {
	names := append(append([]string{}, t.file.Columns...), outcomeColumns...)
	return t.csv.AppendHeader(dst, names...)
}

// appendRow appends a row. One that could not be read stands in the first cell as it
// came.
func (t rowTable) appendRow(dst []byte, row table.FileRow, what job.Result) []byte {
	line := t.csv.Line(dst)
	cells := cellsOf(row)
	for i := range t.file.Columns {
		switch {
		case i >= len(cells) || cells[i].Empty():
			line.AddMissing()
		case cells[i].Kind != table.Text || plainNumber(cells[i].Text):
			line.AddValue([]byte(cells[i].Text))
		default:
			line.AddString([]byte(cells[i].Text))
		}
	}
	code, detail := reasonOf(what)
	line.AddOptional(string(what.Outcome))
	line.AddOptional(code)
	line.AddOptional(detail)
	return line.End()
}

// plainNumber reports whether a text is a number, which no spreadsheet program takes
// for a formula.
func plainNumber(text string) bool {
	v := jsontext.Value(text)
	return v.IsValid() && v.Kind() == '0' && strings.TrimSpace(text) == text
}

// rowObjects writes rows as NDJSON.
type rowObjects struct{ file job.File }

// appendRow appends a row: the members that it had, and what became of it.
func (o rowObjects) appendRow(dst []byte, row table.FileRow, what job.Result) []byte {
	dst = append(dst, '{')
	cells := cellsOf(row)
	for i, name := range o.file.Columns {
		if i >= len(cells) || cells[i].Empty() {
			continue
		}
		value := []byte(cells[i].Text)
		if cells[i].Kind != table.JSON {
			value, _ = web.JSON(cells[i].Text) // a string is always JSON
		}
		dst = appendMember(dst, name, value)
	}
	code, detail := reasonOf(what)
	for i, text := range []string{string(what.Outcome), code, detail} {
		value := []byte("null")
		if text != "" {
			value, _ = web.JSON(text)
		}
		dst = appendMember(dst, outcomeColumns[i], value)
	}
	return append(dst, "}\n"...)
}

// cellsOf returns the cells of a row, or the text of one that could not be read.
func cellsOf(row table.FileRow) []table.Cell {
	if row.Fault != nil {
		return []table.Cell{{Text: row.Raw}}
	}
	return row.Cells
}

// reasonOf returns why a row was not taken over, with where its value is.
func reasonOf(what job.Result) (code, detail string) {
	if what.Error == nil {
		return "", ""
	}
	detail = what.Error.Detail
	if what.Error.Pointer != "" && !strings.HasPrefix(detail, "Column ") { // that names the place already
		detail = model.PointerName(strings.TrimPrefix(what.Error.Pointer, "/")) + ": " + detail
	}
	return what.Error.Code, detail
}
