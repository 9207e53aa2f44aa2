package store

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// bitmaps is a set of record numbers: a bitmap of offsets for each window.
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

// selection returns the numbers as a selection.
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

// remaining returns the records that the parent job leaves to the leased job.
// For an undo these are all that were updated and not restored. For a retry they
// are all that neither the parent nor another job of the chain has updated or
// found unchanged. Skipped ones are among them only if the retry includes
// skipped records.
func (s *Store) remaining(ctx context.Context, db *sqlx.Tx, l job.Lease, examined func(part float64)) (selection, error) {
	q := snapshotReader{ctx, db, s.db.Dialect}
	remaining := bitmaps{}
	if l.Chosen {
		if err := q.selected(remaining, l.Workspace, l.Job); err != nil {
			return selection{}, err
		}
		return remaining.selection()
	}
	if l.RestoreSource == l.Parent { // an undo; the parent of its retry is the undo itself
		if err := q.restorable(remaining, l.Workspace, l.Parent, examined); err != nil {
			return selection{}, err
		}
		return remaining.selection()
	}
	if err := q.addRemaining(remaining, l, examined); err != nil {
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
		if err := q.eachChange(l.Workspace, other.Num, func(float64) {}, func(row changeRow) error { return row.removeDone(remaining) }); err != nil {
			return selection{}, err
		}
	}
	return remaining.selection()
}

// addRemaining adds the records that the parent of a retry leaves to it: those that
// it selected and has not done, or with codes or pointers those that ended with them.
func (q snapshotReader) addRemaining(remaining bitmaps, l job.Lease, examined func(part float64)) error {
	if l.Codes != nil || l.Pointers != nil {
		return q.eachChange(l.Workspace, l.Parent, examined, func(row changeRow) error { return row.addRejected(remaining, l) })
	}
	if err := q.selected(remaining, l.Workspace, l.Parent); err != nil {
		return err
	}
	remove := changeRow.removeDoneAndSkipped
	if l.IncludeSkipped {
		remove = changeRow.removeDone
	}
	return q.eachChange(l.Workspace, l.Parent, examined, func(row changeRow) error { return remove(row, remaining) })
}

// addRejected adds the chunk's records that ended with one of a retry's codes, and for
// one of its pointers.
func (row changeRow) addRejected(remaining bitmaps, l job.Lease) error {
	list, err := row.rejections()
	for _, r := range list {
		if among(l.Codes, r.Code) && among(l.Pointers, r.Pointer) && (l.IncludeSkipped || r.Outcome != job.Skipped) {
			remaining.add(row.First + int64(r.Offset))
		}
	}
	return err
}

// among reports whether a list has a text, or is nil and so has all.
func among(list []string, text string) bool { return list == nil || slices.Contains(list, text) }

// removeDone removes the records that the chunk has updated or found unchanged.
func (row changeRow) removeDone(remaining bitmaps) error {
	for _, raw := range [][]byte{row.Updated, row.Unchanged} {
		if err := eachNumber(raw, row.First, remaining.remove); err != nil {
			return err
		}
	}
	return nil
}

// removeDoneAndSkipped removes skipped records, too.
func (row changeRow) removeDoneAndSkipped(remaining bitmaps) error {
	if err := row.removeDone(remaining); err != nil {
		return err
	}
	list, err := row.rejections()
	for _, r := range list {
		if r.Outcome == job.Skipped {
			remaining.remove(row.First + int64(r.Offset))
		}
	}
	return err
}

// eachNumber calls do with each record number of a bitmap of offsets from base.
func eachNumber(raw []byte, base int64, do func(int64)) error {
	numbers, err := unpackNumbers(raw)
	for _, n := range numbers {
		do(base + int64(n))
	}
	return err
}

// A snapshotReader reads in the snapshot of one transaction.
type snapshotReader struct {
	ctx context.Context
	db  *sqlx.Tx
	d   *sqldb.Dialect
}

func (q snapshotReader) List(dest any, query string, args ...any) error {
	return q.db.SelectContext(q.ctx, dest, q.d.Rebind(query), args...)
}

func (q snapshotReader) Row(query string, args []any, dest ...any) (ok bool, err error) {
	return sqldb.HasRow(q.db.QueryRowxContext(q.ctx, q.d.Rebind(query), args...).Scan(dest...))
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
