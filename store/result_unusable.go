package store

import (
	"encoding/json"
	"slices"

	"bulkpatch/job"
)

// This file reads what became of the rows of a file that have no usable record.

// rowsAt finds where the rows of the table begin among which an index may lie.
const rowsAt = `COALESCE((SELECT MAX(first_row) FROM row_outcomes WHERE workspace = ? AND job = ? AND first_row <= ?), 0)`

// eachUnusable calls do with the outcomes of the rows behind an index, some hundred
// at a time, until it returns false.
func eachUnusable(q queryer, ws, num, after int64, do func(rowOutcomes) (more bool, err error)) error {
	const atOnce = 8
	var from []int64
	if err := q.List(&from, `SELECT `+rowsAt, ws, num, after); err != nil {
		return err
	}
	for next := from[0]; ; {
		var rows []struct {
			First   int64 `db:"first_row"`
			Refused string
		}
		if err := q.List(&rows, `SELECT first_row, refused FROM row_outcomes WHERE workspace = ? AND job = ? AND first_row >= ?
			ORDER BY first_row LIMIT ?`, ws, num, next, atOnce); err != nil {
			return err
		}
		for _, row := range rows {
			var some rowOutcomes
			if err := json.Unmarshal([]byte(row.Refused), &some); err != nil {
				return err
			}
			if more, err := do(some); err != nil || !more {
				return err
			}
			next = row.First + 1
		}
		if len(rows) < atOnce {
			return nil
		}
	}
}

// reason is why the rows have their outcome, nil for pending.
func (r rowReason) reason() *rejection {
	if r.Outcome == job.Pending {
		return nil
	}
	return &rejection{Outcome: r.Outcome, Code: r.Code, Pointer: r.Pointer, Detail: r.Detail}
}

// list lists the wanted outcomes of the rows behind an index, in their order.
func (o rowOutcomes) list(wants wanted, after int64) (found []foundResult) {
	for _, r := range o.Why {
		reason := r.reason()
		if !wants(r.Outcome, reason) {
			continue
		}
		for i, row := range r.Rows {
			if int64(row) > after {
				found = append(found, foundResult{rowless: true, row: int64(row), line: int64(r.Lines[i]), outcome: r.Outcome, at: o.At, rejection: reason})
			}
		}
	}
	slices.SortFunc(found, func(a, b foundResult) int { return int(a.row - b.row) })
	return found
}

// collectRows finds the outcomes of rows without a usable record behind an index.
func (r *results) collectRows(after int64) error {
	return eachUnusable(r, r.job.Workspace, r.job.Num, after, func(o rowOutcomes) (bool, error) {
		some := o.list(r.wants, after)
		r.found = append(r.found, some[:min(len(some), r.q.Limit+1-len(r.found))]...)
		return !r.full(), nil
	})
}

// findLines sets the lines of the records that were found.
func (r *results) findLines(found []foundResult) error {
	root, err := rootOfFile(r, r.job)
	if err != nil {
		return err
	}
	w := rowWindow{no: -1}
	for i, f := range found {
		if f.rowless {
			continue
		}
		if no := f.rid >> windowBits; no != w.no {
			if w, err = storedWindow(r, r.job.Workspace, root, no); err != nil {
				return err
			}
		}
		if at, ok := slices.BinarySearch(w.offsets, uint32(f.rid&(windowSize-1))); ok {
			found[i].line = int64(w.places[at].line)
		}
	}
	return nil
}

// rootOfFile is the job whose selection says which row each record of a file job, of
// its retry or preview has.
func rootOfFile(q queryer, j resultJob) (int64, error) {
	if j.Parent != nil {
		return rootOf(q, j.Workspace, *j.Parent)
	}
	return j.Num, nil
}
