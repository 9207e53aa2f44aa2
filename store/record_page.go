package store

import (
	"context"

	"bulkpatch/model"
)

// A budget is how many bytes a page may still hold. The first item always fits.
type budget struct {
	left int
	has  bool
}

// take reports whether an item of some bytes fits. If so, it subtracts them.
func (b *budget) take(bytes int) bool {
	if b.has && bytes > b.left {
		return false
	}
	b.left, b.has = b.left-bytes, true
	return true
}

// sizeOf estimates how many bytes a record takes.
func sizeOf(r model.Record) int {
	n := 0
	for _, v := range r.Values {
		text, _ := v.(string)
		n += 16 + len(text)
	}
	return n
}

// How many records are read at first, when nothing is known about their size,
// and at most.
const (
	firstBatch = 8
	mostBatch  = 1000
)

// recordsOf reads records by number, in the order of the list, until the budget
// is used up. It reads a few first, whose size tells how many more to read.
func (s *Store) recordsOf(ctx context.Context, db rowReader, ws int64, m *model.Model, rids []int64, b budget) ([]model.Record, error) {
	records := make([]model.Record, 0, len(rids))
	given := b.left
	for batch := firstBatch; len(rids) > 0; {
		now := rids[:min(batch, len(rids))]
		rids = rids[len(now):]
		among, args := s.db.Dialect.Among("rid", now)
		found, err := s.queryRecords(ctx, db, m, s.db.Dialect.NotIndexed+" WHERE "+among+" AND workspace = ?", append(args, ws)...)
		if err != nil {
			return nil, err
		}
		byNumber := make(map[int64]model.Record, len(found))
		for _, r := range found {
			byNumber[r.RID] = r
		}
		for _, rid := range now {
			r, ok := byNumber[rid]
			if !ok {
				continue
			}
			if !b.take(sizeOf(r)) {
				return records, nil
			}
			records = append(records, r)
		}
		batch = worthReading(b.left, len(records), given-b.left)
	}
	return records, nil
}

// worthReading estimates how many records fit into some bytes, when so many
// have taken that much.
func worthReading(left, records, bytes int) int {
	return int(min(max(1, float64(left)*float64(records)/float64(max(1, bytes))), mostBatch))
}
