package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"

	"bulkpatch/job"
)

// This file reads the table changes: what the chunks of a job did to its
// records. Lists of results, the history of a record, restores and the code that
// finds what a retry or an undo has to do share it.

// A keptFrom says how much of a job's former values is kept. It is the column
// values_kept: 0 for nothing, 1 for everything, and otherwise, two more than
// its number, the first record whose values are kept. A tombstone has 2 until
// its rows are deleted, and then 0.
type keptFrom int64

const (
	keptNothing    keptFrom = 0
	keptEverything keptFrom = 1
)

// hasValues and hasAllValues are conditions on a job: its former values are
// kept, at least in part or all of them.
const (
	hasValues    = `values_kept > 0`
	hasAllValues = `values_kept = 1`
)

func (k keptFrom) first() int64 { return max(0, int64(k)-2) }

func keptBehind(last int64) keptFrom { return keptFrom(last + 1 + 2) }

// A foundResult is one record's outcome before its id is looked up.
type foundResult struct {
	rid       int64
	outcome   job.Outcome
	at        int64
	former    values // of an updated record, nil when they are no longer kept
	written   values // of a record that an undo updated
	place     int    // of an updated record, within former and written
	rejection *rejection
	chunk     int64 // number at which its chunk begins
	line      int64 // of a row of a file, else 0
	row       int64 // index of a row without a usable record: then there is no rid
	rowless   bool
}

// A changeRow is what one chunk did: the sets of record numbers that it updated
// and found unchanged, the former values, and why it did not update the others.
type changeRow struct {
	First     int64 `db:"first_rid"`
	Last      int64 `db:"last_rid"`
	At        int64
	Updated   []byte
	Unchanged []byte
	Former    []byte
	Written   []byte
	Refused   *string
}

// chunkAt finds where the chunk begins in which a number may lie. A job's chunks
// do not overlap, so that is the last chunk which begins at or before the
// number. A search for the end of a chunk would walk through all chunks before.
const chunkAt = `COALESCE((SELECT MAX(first_rid) FROM changes WHERE workspace = ? AND job = ? AND first_rid <= ?), 0)`

// outcomes lists the wanted outcomes of the records behind a number, in the
// order of their numbers and at most so many, with the values that the row
// holds.
func (row changeRow) outcomes(wants wanted, after int64, most int) ([]foundResult, error) {
	all, err := row.list(wants, after, most)
	if err != nil || !wants(job.Updated, nil) {
		return all, err
	}
	former, err := unpackValues(row.Former)
	if err != nil {
		return nil, err
	}
	written, err := unpackValues(row.Written)
	for i := range all {
		if all[i].outcome == job.Updated {
			all[i].former, all[i].written = former, written
		}
	}
	return all, err
}

// list is outcomes without values.
func (row changeRow) list(wants wanted, after int64, most int) ([]foundResult, error) {
	updated, err := row.listSet(job.Updated, row.Updated, wants, after, most)
	if err != nil {
		return nil, err
	}
	unchanged, err := row.listSet(job.Unchanged, row.Unchanged, wants, after, most)
	if err != nil {
		return nil, err
	}
	refused, err := row.listRefused(wants, after)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(updated, unchanged, refused)
	slices.SortFunc(all, func(a, b foundResult) int { return cmp.Compare(a.rid, b.rid) })
	return all[:min(most, len(all))], nil
}

// listSet lists the records of a set, which all have one outcome.
func (row changeRow) listSet(o job.Outcome, raw []byte, wants wanted, after int64, most int) (list []foundResult, err error) {
	if !wants(o, nil) {
		return nil, nil
	}
	err = row.eachBehind(raw, after, most, func(rid int64, place int) {
		list = append(list, foundResult{rid: rid, outcome: o, at: row.At, place: place, chunk: row.First})
	})
	return list, err
}

// listRefused lists the records that were not updated for a reason.
func (row changeRow) listRefused(wants wanted, after int64) (list []foundResult, err error) {
	rejections, err := row.rejections()
	for i, f := range rejections {
		if rid := row.First + int64(f.Offset); rid > after && wants(f.Outcome, &rejections[i]) {
			list = append(list, foundResult{rid: rid, outcome: f.Outcome, at: row.At, rejection: &rejections[i], chunk: row.First})
		}
	}
	return list, err
}

// wanted reports whether an outcome is asked for. why is nil for a record that was
// updated or found unchanged.
type wanted func(o job.Outcome, why *rejection) bool

func isUpdated(o job.Outcome, _ *rejection) bool { return o == job.Updated }

// eachBehind calls do with the numbers of a set that lie behind a number, at most
// so many, and with the place of each in the whole set.
func (row changeRow) eachBehind(raw []byte, after int64, most int, do func(rid int64, place int)) error {
	numbers, err := unpackNumbers(raw)
	from := sort.Search(len(numbers), func(i int) bool { return row.First+int64(numbers[i]) > after })
	for i := from; i < min(len(numbers), from+most); i++ {
		do(row.First+int64(numbers[i]), i)
	}
	return err
}

// A kept is what is kept of some updated records of one chunk: their former
// values, and what an undo wrote.
type kept struct {
	former, written values
	bytes           int // how many were read for it
}

// valuesAt reads what is kept of some updated records of a chunk, which are named
// by their places. In the result the first of them has place 0.
func valuesAt(q queryer, ws, num, chunk int64, places []int) (kept, error) {
	var rows []struct{ Former, Written []byte }
	err := q.List(&rows, `SELECT former, written FROM changes WHERE workspace = ? AND job = ? AND first_rid = ?`, ws, num, chunk)
	if err != nil || len(rows) == 0 {
		return kept{}, err
	}
	k := kept{bytes: len(rows[0].Former) + len(rows[0].Written)}
	if k.former, err = pickValues(rows[0].Former, places); err != nil {
		return kept{}, err
	}
	k.written, err = pickValues(rows[0].Written, places)
	return k, err
}

// pickValues is [unpackValues] for the records at some places only: a chunk may
// hold many megabytes of values of other records.
func pickValues(raw []byte, places []int) (values, error) {
	if raw == nil {
		return nil, nil
	}
	var columns map[string]struct{ All, Each json.RawMessage }
	if err := json.Unmarshal(raw, &columns); err != nil {
		return nil, err
	}
	picked := make(values, len(columns))
	for name, c := range columns {
		v := valueColumn{All: c.All}
		if c.Each != nil {
			if err := v.Each.UnmarshalJSON(keep(c.Each, places)); err != nil {
				return nil, err
			}
		}
		picked[name] = v
	}
	return picked, nil
}

// rejections lists the chunk's records that were not updated, each with its
// reason.
func (row changeRow) rejections() (list []rejection, err error) {
	if row.Refused == nil {
		return nil, nil
	}
	return list, json.Unmarshal([]byte(*row.Refused), &list)
}

// eachChange calls do with a job's chunks, without their values. It reads a few at
// a time.
func (q snapshotReader) eachChange(ws, num int64, examined func(part float64), do func(changeRow) error) error {
	const atOnce = 16 // a chunk may name each of its records, with a reason
	var ends []struct{ First, Last int64 }
	if err := q.List(&ends, `SELECT COALESCE((SELECT MIN(first_rid) FROM changes WHERE workspace = ? AND job = ?), 0) AS first,
		COALESCE((SELECT MAX(first_rid) FROM changes WHERE workspace = ? AND job = ?), 0) AS last`, ws, num, ws, num); err != nil {
		return err
	}
	first, last := ends[0].First, ends[0].Last
	for after := int64(-1); ; {
		var rows []changeRow
		if err := q.List(&rows, `SELECT first_rid, last_rid, at, updated, unchanged, refused FROM changes
			WHERE workspace = ? AND job = ? AND first_rid > ? ORDER BY first_rid LIMIT ?`, ws, num, after, atOnce); err != nil {
			return err
		}
		for _, row := range rows {
			if err := do(row); err != nil {
				return err
			}
			after = row.First
			examined(float64(after-first) / float64(max(1, last-first)))
		}
		if len(rows) < atOnce {
			return nil
		}
	}
}

// shown is a reason as results show it.
func (r rejection) shown() *job.RecordError {
	return &job.RecordError{Code: r.Code, Detail: cmp.Or(r.Detail, job.Title(r.Code)+"."), Pointer: r.Pointer}
}
