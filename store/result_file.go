package store

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
)

// FileRows calls do with the rows of a file job and what became of each, in the order
// of the file; of a retry with the rows that it took. outcomes says which, nil for all.
// What became of them is that of one moment. The rows are then read in short reads,
// with none open while do is called. FileRows returns the file, and stops at an error
// of do. [job.ErrNotFound]: there is no such job, or it has no file. [job.ErrGone]: the
// rows are no longer kept. [job.ErrQueryTimeout]: a read takes too long.
func (s *Store) FileRows(ctx context.Context, ws auth.Workspace, jobID string, outcomes []job.Outcome, do func(row table.FileRow, what job.Result) error) (job.File, error) {
	j, err := s.Job(ctx, ws, jobID)
	switch {
	case err != nil:
		return job.File{}, err
	case j.File == nil:
		return job.File{}, job.ErrNotFound
	case !j.RowsKept:
		return job.File{}, job.ErrGone
	}
	f, err := s.File(ctx, ws, j.Model, j.File.File)
	if errors.Is(err, job.ErrNotFound) {
		err = job.ErrGone
	}
	if err != nil || j.Matched == nil {
		return f, err
	}
	fates := rowFates{of: make([]uint32, f.Rows), list: []job.Result{{}}, wanted: outcomes}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		return fates.gather(snapshotReader{ctx, t, s.db.Dialect}, j)
	})
	if err != nil {
		return f, err
	}
	return f, s.eachRow(ctx, ws, f, fates, do)
}

// rowFates says what became of the rows of a file, with 4 bytes for each.
type rowFates struct {
	of     []uint32     // by index: a place in list, 0 for a row that is not wanted
	list   []job.Result // without lines
	known  map[fate]uint32
	wanted []job.Outcome // nil for all
}

// A fate is what became of a row, as far as it has more than one form.
type fate struct {
	outcome               job.Outcome
	code, pointer, detail string
}

// maxFates bounds the different fates. Beyond it details are left out.
const maxFates = 100_000

// set notes what became of a row.
func (f *rowFates) set(row int64, o job.Outcome, why *rejection) {
	if f.wanted != nil && !slices.Contains(f.wanted, o) {
		f.of[row] = 0
		return
	}
	one := fate{outcome: o}
	result := job.Result{Outcome: o}
	if why != nil {
		shown := why.shown()
		if len(f.list) > maxFates {
			shown = rejection{Code: why.Code, Pointer: why.Pointer}.shown()
		}
		one.code, one.pointer, one.detail = shown.Code, shown.Pointer, shown.Detail
		result.Error = shown
	}
	at, known := f.known[one]
	if !known {
		if f.known == nil {
			f.known = map[fate]uint32{}
		}
		at = uint32(len(f.list))
		f.known[one], f.list = at, append(f.list, result)
	}
	f.of[row] = at
}

// gather reads what became of the rows of a job.
func (f *rowFates) gather(q snapshotReader, j job.Job) error {
	var of []resultJob
	if err := q.List(&of, `SELECT num, workspace, origin FROM jobs WHERE workspace = ? AND num = ?`, j.WorkspaceID, j.Num); err != nil || len(of) == 0 {
		return err
	}
	root, err := rootOfFile(q, of[0])
	if err != nil {
		return err
	}
	w := &fileWork{root: root, last: rowWindow{no: -1}}
	w.l.Workspace = j.WorkspaceID
	selected := bitmaps{}
	if err := q.selected(selected, j.WorkspaceID, j.Num); err != nil {
		return err
	}
	for no, b := range selected {
		for it := b.Iterator(); it.HasNext(); {
			if err := f.setRecord(q, w, no<<windowBits+int64(it.Next()), job.Pending, nil); err != nil {
				return err
			}
		}
	}
	everything := func(job.Outcome, *rejection) bool { return true }
	err = q.eachChange(j.WorkspaceID, j.Num, func(float64) {}, func(row changeRow) error {
		list, err := row.list(everything, -1, math.MaxInt)
		for _, found := range list {
			if err == nil {
				err = f.setRecord(q, w, found.rid, found.outcome, found.rejection)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return eachUnusable(q, j.WorkspaceID, j.Num, -1, func(o rowOutcomes) (bool, error) {
		for _, found := range o.list(everything, -1) {
			f.set(found.row, found.outcome, found.rejection)
		}
		return true, nil
	})
}

func (f *rowFates) setRecord(q queryer, w *fileWork, rid int64, o job.Outcome, why *rejection) error {
	places, err := w.places(q, []int64{rid})
	if err == nil {
		f.set(int64(places[0].row), o, why)
	}
	return err
}

// eachRow reads the rows of a file piece by piece, and calls do with those that have a
// fate.
func (s *Store) eachRow(ctx context.Context, ws auth.Workspace, f job.File, fates rowFates, do func(table.FileRow, job.Result) error) error {
	reader := newFileReader(s.db.Dialect, ws.ID, f.ID)
	for next := int64(0); next < f.Rows; {
		var rows []table.FileRow
		from := next
		err := s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) (err error) {
			rows, err = readPiece(reader, snapshotReader{ctx, t, s.db.Dialect}, from, f.Rows)
			return err
		})
		if err != nil {
			return err
		}
		for i, row := range rows {
			if at := fates.of[from+int64(i)]; at > 0 {
				what := fates.list[at]
				what.Line = row.Line
				if err := do(row, what); err != nil {
					return err
				}
			}
		}
		next += int64(len(rows))
	}
	return nil
}

// Bounds of a piece of a file.
const (
	pieceRows  = blockRows * blocksAtOnce
	pieceBytes = 4 << 20
)

// errPieceFull ends the reading of a piece.
var errPieceFull = errors.New("the piece is full")

// readPiece reads the next rows of a file, at least one.
func readPiece(r *fileReader, q queryer, from, before int64) (rows []table.FileRow, err error) {
	bytes := 0
	err = r.each(q, from, min(before, from+pieceRows), func(_ int64, row table.FileRow) error {
		rows = append(rows, row)
		bytes += len(row.Raw)
		for _, cell := range row.Cells {
			bytes += len(cell.Text) + cellBytes
		}
		if bytes > pieceBytes {
			return errPieceFull
		}
		return nil
	})
	if errors.Is(err, errPieceFull) {
		err = nil
	}
	return rows, err
}
