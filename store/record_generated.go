package store

import (
	"slices"
	"sort"
	"time"

	"bulkpatch/model"
)

// A line of an import names a record by its id. While the import runs, the store
// may generate the same id for a new record of another caller. The line does not
// mean that record, and must not change it. The same holds for the values of
// counted fields. So the store records what it has generated, as ranges: one row,
// for as long as no other record is created in between.
//
// A range of a counted field holds the values. A range of an id holds the numbers
// of the records, because they always grow: the records that were created since a
// time are those from a number on.

// generatedKept is how long ranges are kept: longer than any import lasts.
const generatedKept = 48 * time.Hour

// noteGenerated stores that values of a field were generated. The transaction
// must have taken the numbers or values before: that locks out all others that
// generate values of the same field.
func (t *tx) noteGenerated(ws int64, m *model.Model, f *model.Field, first, last int64) error {
	hour := t.Now - t.Now%time.Hour.Microseconds()
	return t.Run(`INSERT INTO generated (workspace, model, field, first, last, noted_at)
		VALUES (?, ?, ?, COALESCE((SELECT CASE WHEN last = ? THEN first END FROM generated
			WHERE workspace = ? AND model = ? AND field = ? ORDER BY first DESC LIMIT 1), ?), ?, ?)
		ON CONFLICT (workspace, model, field, first) DO UPDATE SET last = excluded.last, noted_at = excluded.noted_at`,
		ws, m.Name, f.Name, first-1, ws, m.Name, f.Name, first, last, hour)
}

// noteIDs stores which records got ids from the store, as ranges of numbers.
func (t *tx) noteIDs(ws int64, m *model.Model, drafts []model.Draft, rids []int64) error {
	for i := 0; i < len(drafts); i++ {
		if drafts[i].ID != nil {
			continue
		}
		first := i
		for i+1 < len(drafts) && drafts[i+1].ID == nil && rids[i+1] == rids[i]+1 {
			i++
		}
		if err := t.noteGenerated(ws, m, m.Role(model.RoleID), rids[first], rids[i]); err != nil {
			return err
		}
	}
	return nil
}

// generatedAmong returns those of some numbers or values that the store
// generated for a field, as far as its ranges are still kept.
func (t *tx) generatedAmong(ws int64, m *model.Model, f *model.Field, numbers []int64) (map[int64]bool, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	least, most := slices.Min(numbers), slices.Max(numbers)
	var ranges []struct{ First, Last int64 }
	if err := t.List(&ranges, `SELECT first, last FROM generated WHERE workspace = ? AND model = ? AND field = ? AND first <= ?
		AND first >= COALESCE((SELECT MAX(first) FROM generated WHERE workspace = ? AND model = ? AND field = ? AND first <= ?), ?) ORDER BY first`,
		ws, m.Name, f.Name, most, ws, m.Name, f.Name, least, least); err != nil {
		return nil, err
	}
	among := map[int64]bool{}
	for _, n := range numbers {
		i := sort.Search(len(ranges), func(i int) bool { return ranges[i].First > n })
		if i > 0 && n <= ranges[i-1].Last {
			among[n] = true
		}
	}
	return among, nil
}

// forgetGenerated deletes ranges that no import can need any more.
func (s *Store) forgetGenerated(t *tx) (more bool, err error) {
	n, err := t.Exec(`DELETE FROM generated WHERE (workspace, model, field, first) IN (
		SELECT workspace, model, field, first FROM generated WHERE noted_at < ? LIMIT ?)`,
		t.Now-(generatedKept+time.Hour).Microseconds(), purgeRecords)
	return n == purgeRecords, err
}
