package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"

	"bulkpatch/job"
)

// A foundResult is one record's outcome before its id is looked up.
type foundResult struct {
	rid       int64
	outcome   job.Outcome
	at        int64
	former    values // of an updated one, nil when no longer kept
	written   values // of one updated by an undo
	place     int    // of an updated one, in both
	rejection *rejection
	chunk     int64 // where its chunk begins
}

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

// outcomes lists the wanted outcomes of a chunk behind a number, at most so
// many, in the order of the numbers, with the values that the row holds.
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
	var all []foundResult
	if wants(job.Updated, nil) {
		err := row.eachBehind(row.Updated, after, most, func(rid int64, place int) {
			all = append(all, foundResult{rid: rid, outcome: job.Updated, at: row.At, place: place, chunk: row.First})
		})
		if err != nil {
			return nil, err
		}
	}
	if wants(job.Unchanged, nil) {
		err := row.eachBehind(row.Unchanged, after, most, func(rid int64, _ int) {
			all = append(all, foundResult{rid: rid, outcome: job.Unchanged, at: row.At})
		})
		if err != nil {
			return nil, err
		}
	}
	list, err := row.rejections()
	if err != nil {
		return nil, err
	}
	for i, f := range list {
		if rid := row.First + int64(f.Offset); rid > after && wants(f.Outcome, &list[i]) {
			all = append(all, foundResult{rid: rid, outcome: f.Outcome, at: row.At, rejection: &list[i], chunk: row.First})
		}
	}
	slices.SortFunc(all, func(a, b foundResult) int { return cmp.Compare(a.rid, b.rid) })
	return all[:min(most, len(all))], nil
}

// wanted tells the outcomes that are asked for; why is nil for what was not
// refused.
type wanted func(o job.Outcome, why *rejection) bool

func isUpdated(o job.Outcome, _ *rejection) bool { return o == job.Updated }

// eachBehind calls do with the numbers of a set that lie behind one, at most
// so many, and with the place of each in the whole set.
func (row changeRow) eachBehind(raw []byte, after int64, most int, do func(rid int64, place int)) error {
	numbers, err := unpackNumbers(raw)
	from := sort.Search(len(numbers), func(i int) bool { return row.First+int64(numbers[i]) > after })
	for i := from; i < min(len(numbers), from+most); i++ {
		do(row.First+int64(numbers[i]), i)
	}
	return err
}

// A kept is what is kept of some updated records of one chunk.
type kept struct {
	former, written values
	bytes           int // that were read for it
}

// valuesAt reads what is kept of the records at some places of a chunk's
// updated ones, of which the first is then at place 0.
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

// pickValues is [unpackValues] of the records at some places alone: a chunk
// may hold many megabytes of others.
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
