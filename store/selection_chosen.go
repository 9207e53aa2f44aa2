package store

import (
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// chosenOf returns the selection of an undo that names some records: those that
// the job has updated and no undo has restored. It is made before the undo is
// accepted and committed with it, so that no process takes the undo for one of
// all records. It is empty where the undo will be refused anyway.
func (s *Store) chosenOf(ctx context.Context, ws auth.Workspace, f job.Follow) (sel selection, err error) {
	if f.IDs == nil {
		return sel, nil
	}
	parent, err := s.Job(ctx, ws, f.Parent)
	if err != nil || parent.CheckUndo() != nil {
		return sel, nil
	}
	m, loaded := s.models.Model(parent.Model)
	if !loaded {
		return sel, nil
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		q := snapshotReader{ctx, t, s.db.Dialect}
		sel, err = q.chosen(ws.ID, parent.Num, m, f.IDs)
		return err
	})
	return sel, err
}

// chosen returns those records with one of the ids that an undo of the job can
// restore.
func (q snapshotReader) chosen(ws, num int64, m *model.Model, ids []any) (selection, error) {
	rids, err := q.numbersOf(ws, m, ids)
	if err != nil {
		return selection{}, err
	}
	all := bitmaps{}
	if err := q.restorable(all, ws, num, func(float64) {}); err != nil {
		return selection{}, err
	}
	chosen := bitmaps{}
	for _, rid := range rids {
		if all.has(rid) {
			chosen.add(rid)
		}
	}
	return chosen.selection()
}

// idsAtOnce is how many ids one statement looks up.
const idsAtOnce = 500

// numbersOf returns the numbers of the records with one of the ids, deleted ones
// included: their tombstones are in the table departed.
func (q snapshotReader) numbersOf(ws int64, m *model.Model, ids []any) ([]int64, error) {
	var all []int64
	for some := range slices.Chunk(ids, idsAtOnce) {
		var live, deleted []int64
		if err := q.List(&live, q.d.ByID(m), q.d.Ids(m, some), ws); err != nil {
			return nil, err
		}
		args := []any{ws, m.Name}
		for _, id := range some {
			args = append(args, model.FormatID(id))
		}
		if err := q.List(&deleted, `SELECT rid FROM departed WHERE workspace = ? AND model = ? AND id IN (?`+strings.Repeat(", ?", len(some)-1)+`)`, args...); err != nil {
			return nil, err
		}
		all = slices.Concat(all, live, deleted)
	}
	return all, nil
}

// restorable adds the records that a job has updated and no undo of it, nor a
// retry of one, has restored.
func (q snapshotReader) restorable(to bitmaps, ws, num int64, examined func(part float64)) error {
	err := q.eachChange(ws, num, examined, func(row changeRow) error { return eachNumber(row.Updated, row.First, to.add) })
	if err != nil {
		return err
	}
	var undos []int64
	if err := q.List(&undos, undosQuery, ws, num); err != nil {
		return err
	}
	for _, undo := range undos {
		if err := q.eachChange(ws, undo, func(float64) {}, func(row changeRow) error { return row.removeDone(to) }); err != nil {
			return err
		}
	}
	return nil
}

// undosQuery lists the jobs that restore what a job has changed: its undos and
// their retries. The column source holds the restore source.
const undosQuery = `SELECT num FROM jobs WHERE workspace = ? AND source = ?`

// wholeUndo finds the undo of everything that a job has changed. The column
// origin holds the parent job.
func (t *tx) wholeUndo(parent job.Job) (undo struct {
	ID  string
	Num int64
}, known bool, err error) {
	known, err = t.Get(&undo, `SELECT id, num FROM jobs WHERE workspace = ? AND origin = ? AND kind = ? AND chosen = 0`,
		parent.WorkspaceID, parent.Num, job.Undo)
	return undo, known, err
}

// commitChosen writes the selection of an undo that was just accepted: no filter
// has to be resolved for it.
func (t *tx) commitChosen(ref job.Ref, sel selection) error {
	if err := t.keepSelection(job.Lease{Ref: ref}, sel, sel.cut(1, 1)); err != nil {
		return err
	}
	return t.Run(`UPDATE jobs SET matched = ? WHERE workspace = ? AND num = ?`, sel.count, ref.Workspace, ref.Job)
}
