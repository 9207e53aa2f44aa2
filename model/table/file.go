package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A File is a table in a file that can be read again: CSV, TSV, NDJSON or a sheet
// of a workbook. It is for one goroutine.
type File struct {
	dialect Dialect
	columns []string
	roles   []role // of each cell of a row
	rows    source
	most    int64 // rows
	read    int64
	cells   []Cell
}

// A source reads the rows of a file with all their cells, those without a column
// included.
type source interface {
	next() (FileRow, error)
}

// A role says what becomes of the cells below a header.
type role uint8

const (
	nameless role = iota // there is no name, so that a value would be lost
	kept
	ignored // one of outcomeColumns
)

// outcomeColumns are what an earlier job said about the rows that it returned.
var outcomeColumns = []string{"_outcome", "_code", "_detail"}

// OpenFile finds out how a file of size bytes is written, as far as given does not
// say it, and reads its header. It may read the whole file for that, and again. In a
// guarded CSV file the marks are removed from all cells. The error is a *[Refusal]
// if the file is no table that can be read or given does not fit it.
func OpenFile(r io.ReaderAt, size int64, given Dialect, guard Guard, limits Limits) (*File, error) {
	limits = limits.usual()
	if err := given.check(); err != nil {
		return nil, err
	}
	if size > limits.Size {
		return nil, &Refusal{fmt.Sprintf("The file has more than %s bytes: split it.", thousands(limits.Size))}
	}
	in := &input{at: r, size: size}
	head, err := in.head()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, compoundMagic) {
		return nil, compound(in)
	}
	if given.Format == "" {
		given.Format = formatOf(head)
		if err := given.fits(); err != nil {
			return nil, err
		}
	}
	f := &File{dialect: given, most: limits.Rows}
	header, err := f.open(in, head, guard, limits)
	if err != nil {
		return nil, in.cause(err)
	}
	if err := f.setColumns(header, limits.Columns); err != nil {
		return nil, err
	}
	return f, nil
}

// open opens the source of the format and returns its header.
func (f *File) open(in *input, head []byte, guard Guard, limits Limits) ([]string, error) {
	if f.dialect.Format == FormatXLSX {
		if !bytes.HasPrefix(head, zipMagic) {
			return nil, &Refusal{"This is no Excel workbook (.xlsx): leave the format out, so that it is found out."}
		}
		w, header, err := openWorkbook(in, &f.dialect, limits)
		f.rows = w
		return header, err
	}
	if err := f.setEncoding(in, head); err != nil {
		return nil, err
	}
	if f.dialect.Format == FormatNDJSON {
		o, header, err := openObjects(in, f.dialect.Encoding, limits.Columns)
		f.rows = o
		return header, err
	}
	c, header, err := openCells(in, &f.dialect, guard)
	f.rows = c
	return header, err
}

// Dialect says how the file is written: what was given, and what was found out.
func (f *File) Dialect() Dialect { return f.dialect }

// Columns are the names in the header, without spaces around them, or the names of
// the members of all objects of NDJSON, in the order in which they first appear.
// Columns without a name, and _outcome, _code and _detail, are not among them.
func (f *File) Columns() []string { return f.columns }

// Next reads one row that is not blank. A row that cannot be read has a
// [FileRow.Fault], and the next call reads the next row. The error is io.EOF at the
// end and a *[Refusal] if the file cannot be read any further.
func (f *File) Next() (FileRow, error) {
	for {
		row, err := f.rows.next()
		if err != nil {
			return FileRow{}, err
		}
		if row.Fault == nil && f.pick(&row) {
			continue
		}
		if f.read++; f.read > f.most {
			return FileRow{}, &Refusal{fmt.Sprintf("The file has more than %s rows: split it.", thousands(f.most))}
		}
		return row, nil
	}
}

// pick leaves the cells that have a column. blank is true if none of them has a
// value. A value without a column is a fault of the row, because it would be lost.
func (f *File) pick(row *FileRow) (blank bool) {
	f.cells = f.cells[:0]
	blank = true
	for i, cell := range row.Cells {
		what := nameless
		if i < len(f.roles) {
			what = f.roles[i]
		}
		switch {
		case what == kept:
			f.cells = append(f.cells, cell)
			blank = blank && cell.Empty()
		case what == nameless && cell.Text != "":
			*row = faulty(Place{Line: row.Line, ToLine: row.ToLine}, fmt.Sprintf(
				"Column %d has a value here but no name in the header: name it there, or empty the cell.", i+1), joined(row.Cells))
			return false
		}
	}
	for len(f.cells) < len(f.columns) {
		f.cells = append(f.cells, Cell{})
	}
	row.Cells = f.cells
	return blank
}

// joined writes cells as a text, for a row that cannot be returned cell by cell.
func joined(cells []Cell) string {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = cell.Text
	}
	return strings.TrimRight(strings.Join(texts, "\t"), "\t")
}

// setColumns reads the names of the header.
func (f *File) setColumns(header []string, most int) error {
	first := map[string]int{}
	f.roles = make([]role, len(header))
	for i, text := range header {
		name := strings.TrimSpace(text)
		switch {
		case name == "":
			continue
		case oneOf(name, outcomeColumns...):
			f.roles[i] = ignored
			continue
		case first[name] > 0:
			return &Refusal{fmt.Sprintf("Columns %d and %d of the header have the same name, %s: rename one of them.", first[name], i+1, shown(name))}
		}
		first[name] = i + 1
		f.roles[i] = kept
		f.columns = append(f.columns, name)
	}
	if len(f.columns) > most {
		return tooManyColumns(len(f.columns), most)
	}
	if len(f.columns) == 0 {
		return &Refusal{"The header names no column: the first line must name the fields."}
	}
	return nil
}

func tooManyColumns(n, most int) error {
	return &Refusal{fmt.Sprintf("The header names %s columns; a file may have %s.", thousands(int64(n)), thousands(int64(most)))}
}

// maxShown is how many bytes of a caller's text stand in a detail.
const maxShown = 200

// shown quotes the beginning of a caller's text.
func shown(text string) string {
	if len(text) > maxShown {
		return strconv.Quote(strings.ToValidUTF8(text[:maxShown], "")) + "…"
	}
	return strconv.Quote(text)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// An input is the file, which may be read several times.
type input struct {
	at     io.ReaderAt
	size   int64
	budget int64 // bytes that may be read, if it is not 0
	err    error // of the disk, which must not be taken for a fault of the file
}

var errBudget = errors.New("more was read than may be")

// ReadAt reads a part of the file.
func (in *input) ReadAt(p []byte, off int64) (int, error) {
	n, err := in.at.ReadAt(p, off)
	if err != nil && err != io.EOF {
		in.err = err
	}
	if in.budget > 0 {
		if in.budget -= int64(n); in.budget <= 0 {
			return 0, errBudget
		}
	}
	return n, err
}

// reader returns a reader of the whole file.
func (in *input) reader() io.Reader { return io.NewSectionReader(in, 0, in.size) }

// head returns the beginning of the file.
func (in *input) head() ([]byte, error) {
	head := make([]byte, min(in.size, 4<<10))
	n, err := io.ReadFull(io.NewSectionReader(in, 0, in.size), head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], err
}

// cause returns the error of the disk if there was one, else err.
func (in *input) cause(err error) error {
	if in.err != nil {
		return in.err
	}
	return err
}
