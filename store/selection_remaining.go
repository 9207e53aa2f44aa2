package store

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
)

// bitmaps are record numbers by window.
type bitmaps map[int64]*roaring.Bitmap

func (b bitmaps) add(rid int64) {
	no := rid >> windowBits
	if b[no] == nil {
		b[no] = roaring.New()
	}
	b[no].Add(uint32(rid & (windowSize - 1)))
}

func (b bitmaps) remove(rid int64) {
	if w := b[rid>>windowBits]; w != nil {
		w.Remove(uint32(rid & (windowSize - 1)))
	}
}

func (b bitmaps) has(rid int64) bool {
	w := b[rid>>windowBits]
	return w != nil && w.Contains(uint32(rid&(windowSize-1)))
}

// selection serialises the numbers, window by window.
func (b bitmaps) selection() (selection, error) {
	sel := selection{hash: sha256.New()}
	for _, no := range slices.Sorted(maps.Keys(b)) {
		if b[no].IsEmpty() {
			continue
		}
		w, err := newWindow(no, b[no].ToArray())
		if err != nil {
			return sel, err
		}
		sel.add(w)
	}
	return sel, sel.finish()
}

// leftOver is what the job before has left for the leased one: of an undo all
// that was updated and not restored, of a retry what has no outcome that settles it, by its
// origin or by another job of the chain. What was skipped is taken again with
// force only.
func (s *Store) remaining(ctx context.Context, db *sqlx.Tx, l job.Lease, examined func(part float64)) (selection, error) {
	q := snapshotReader{ctx, db, s.Dialect}
	left := bitmaps{}
	if l.Chosen {
		if err := q.selected(left, l.Workspace, l.Job); err != nil {
			return selection{}, err
		}
		return left.selection()
	}
	if l.RestoreSource == l.Parent { // an undo's; its retry goes on with the same source
		if err := q.restorable(left, l.Workspace, l.Parent, examined); err != nil {
			return selection{}, err
		}
		return left.selection()
	}
	if err := q.remaining(left, l, examined); err != nil {
		return selection{}, err
	}
	others, err := chainOf(q, l.Workspace, l.Parent)
	if err != nil {
		return selection{}, err
	}
	for _, other := range others {
		if other.Num == l.Parent {
			continue
		}
		if err := q.eachChange(l.Workspace, other.Num, func(float64) {}, func(row changeRow) error { return row.removeDone(left) }); err != nil {
			return selection{}, err
		}
	}
	return left.selection()
}

// unsettled adds what a retry's origin has left: of all that it selected what
// it has not settled, or with codes what ended with one of them.
func (q snapshotReader) remaining(left bitmaps, l job.Lease, examined func(part float64)) error {
	if l.Codes != nil {
		return q.eachChange(l.Workspace, l.Parent, examined, func(row changeRow) error { return row.addRefused(left, l) })
	}
	if err := q.selected(left, l.Workspace, l.Parent); err != nil {
		return err
	}
	return q.eachChange(l.Workspace, l.Parent, examined, func(row changeRow) error { return row.settle(left, l.IncludeSkipped) })
}

// addRefused adds what the chunk has left with one of a retry's codes.
func (row changeRow) addRefused(left bitmaps, l job.Lease) error {
	list, err := row.refusals()
	for _, r := range list {
		if slices.Contains(l.Codes, r.Code) && (l.IncludeSkipped || r.Outcome != job.Skipped) {
			left.add(row.First + int64(r.Offset))
		}
	}
	return err
}

// removeDone takes out of left what the chunk has updated or found unchanged.
func (row changeRow) removeDone(left bitmaps) error {
	for _, raw := range [][]byte{row.Updated, row.Unchanged} {
		if err := eachNumber(raw, row.First, left.remove); err != nil {
			return err
		}
	}
	return nil
}

// settle takes out of left what the chunk has settled.
func (row changeRow) settle(left bitmaps, takesSkipped bool) error {
	if err := row.removeDone(left); err != nil || takesSkipped {
		return err
	}
	list, err := row.refusals()
	for _, r := range list {
		if r.Outcome == job.Skipped {
			left.remove(row.First + int64(r.Offset))
		}
	}
	return err
}

func eachNumber(raw []byte, base int64, do func(int64)) error {
	numbers, err := unpackNumbers(raw)
	for _, n := range numbers {
		do(base + int64(n))
	}
	return err
}

// A snapshotReader reads in one snapshot.
type snapshotReader struct {
	ctx context.Context
	db  *sqlx.Tx
	d   *Dialect
}

func (q snapshotReader) List(dest any, query string, args ...any) error {
	return q.db.SelectContext(q.ctx, dest, q.d.Rebind(query), args...)
}

func (q snapshotReader) Row(query string, args []any, dest ...any) (ok bool, err error) {
	return one(q.db.QueryRowxContext(q.ctx, q.d.Rebind(query), args...).Scan(dest...))
}

// selected adds a job's selection; of a single that is its one record.
func (q snapshotReader) selected(to bitmaps, ws, num int64) error {
	var singles []int64
	if err := q.List(&singles, `SELECT rid FROM jobs WHERE workspace = ? AND num = ? AND rid IS NOT NULL`, ws, num); err != nil {
		return err
	}
	for _, rid := range singles {
		to.add(rid)
	}
	var rows []struct {
		Window  int64
		Numbers []byte
	}
	if err := q.List(&rows, `SELECT "window", numbers FROM selection WHERE workspace = ? AND job = ?`, ws, num); err != nil {
		return err
	}
	for _, row := range rows {
		b := roaring.New()
		if err := b.UnmarshalBinary(row.Numbers); err != nil {
			return err
		}
		to[row.Window] = b
	}
	return nil
}
