package store

import (
	"errors"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"bulkpatch/model/table"
)

// chunkRows are the rows of a chunk's records.
type chunkRows struct {
	offsets []uint32 // of the records
	places  []rowPlace
	read    []table.FileRow // nil until they are read
}

// A placedRow is the row of a record, with its place in the file.
type placedRow struct {
	rowPlace
	table.FileRow
}

// of returns the row of a record of the chunk.
func (r chunkRows) of(offset uint32) placedRow {
	i, _ := slices.BinarySearch(r.offsets, offset)
	return placedRow{r.places[i], r.read[i]}
}

// line returns the line of a record's row, 0 where it is not known.
func (r chunkRows) line(offset uint32) int64 {
	if i, ok := slices.BinarySearch(r.offsets, offset); ok {
		return int64(r.places[i].line)
	}
	return 0
}

// locate finds the rows of the chunk's records, without reading them.
func (f *fileWork) locate(c *chunk) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.open(c.q); err != nil {
		return err
	}
	places, err := f.places(c.q, c.numbers(c.selected))
	c.rows = chunkRows{offsets: slices.Clone(c.selected), places: places}
	return err
}

// load reads the rows of the chunk's records. It cuts the chunk where they would be too
// many bytes.
func (f *fileWork) load(c *chunk) error {
	if err := f.locate(c); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := len(c.selected); ; n = max(1, n/2) {
		rows, err := f.readRows(c.q, c.rows.places[:n])
		if errors.Is(err, errManyBytes) {
			continue
		}
		c.rows.read = rows
		c.cut(n)
		return err
	}
}

// errManyBytes means that rows are more bytes than a chunk may have.
var errManyBytes = errors.New("the rows are too many bytes for one chunk")

// readRows reads the rows at some places. A single one may have any size.
func (f *fileWork) readRows(q queryer, places []rowPlace) ([]table.FileRow, error) {
	indexes := make([]int64, len(places))
	for i, p := range places {
		indexes[i] = int64(p.row)
	}
	rows := make([]table.FileRow, len(places))
	var bytes int64
	err := f.reader.rows(q, indexes, func(at int, row table.FileRow) error {
		rows[at] = row
		for _, cell := range row.Cells {
			bytes += int64(len(cell.Text)) + cellBytes
		}
		if bytes > maxChunkBytes && len(places) > 1 {
			return errManyBytes
		}
		return nil
	})
	return rows, err
}

// cellBytes is about how many bytes a cell takes beside its text.
const cellBytes = 24

// places finds the rows of some records, whose numbers ascend.
func (f *fileWork) places(q queryer, numbers []int64) ([]rowPlace, error) {
	out := make([]rowPlace, len(numbers))
	for i, rid := range numbers {
		if no := rid >> windowBits; no != f.last.no {
			w, err := f.window(q, no)
			if err != nil {
				return nil, err
			}
			f.last = w
		}
		at, ok := slices.BinarySearch(f.last.offsets, uint32(rid&(windowSize-1)))
		if !ok {
			return nil, fmt.Errorf("record %d: %w", rid, errPlaces)
		}
		out[i] = f.last.places[at]
	}
	return out, nil
}

// window reads which rows the records of a window have.
func (f *fileWork) window(q queryer, no int64) (rowWindow, error) {
	if f.found != nil {
		return f.found.window(no)
	}
	return storedWindow(q, f.l.Workspace, f.root, no)
}

// storedWindow is the window of a selection that is stored.
func storedWindow(q queryer, ws, num, no int64) (rowWindow, error) {
	var rows []struct{ Numbers, Rows []byte }
	err := q.List(&rows, `SELECT s.numbers, r.rows FROM selection s
		JOIN row_numbers r ON r.workspace = s.workspace AND r.job = s.job AND r."window" = s."window"
		WHERE s.workspace = ? AND s.job = ? AND s."window" = ?`, ws, num, no)
	if err != nil || len(rows) == 0 {
		return rowWindow{no: no}, err
	}
	return newRowWindow(no, rows[0].Numbers, rows[0].Rows)
}

// window is the window of a selection that is not stored.
func (f *fileRows) window(no int64) (rowWindow, error) {
	for _, w := range f.selected {
		if w.no == no {
			return newRowWindow(no, w.numbers, f.windows[no])
		}
	}
	return rowWindow{no: no}, nil
}

func newRowWindow(no int64, numbers, packed []byte) (rowWindow, error) {
	b := roaring.New()
	if err := b.UnmarshalBinary(numbers); err != nil {
		return rowWindow{}, err
	}
	w := rowWindow{no: no, offsets: b.ToArray()}
	var err error
	w.places, err = unpackPlaces(packed, len(w.offsets))
	return w, err
}
