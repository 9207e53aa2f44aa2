package store

import (
	"fmt"
	"slices"
	"sort"

	"bulkpatch/job"
	"bulkpatch/model/table"
	"bulkpatch/store/sqldb"
)

// Bounds of what a fileReader has in memory: unpacked blocks that it keeps, and packed
// ones that one query returns.
const (
	cachedBytes  = 8 << 20
	blocksAtOnce = 8
)

// A fileReader reads rows of one complete file. It unpacks only blocks with rows that it
// is asked for, and keeps the last ones. The rows of a complete file never change, so
// each call may read another snapshot. After [job.ErrGone] from a call the file is being
// purged. A fileReader is for one goroutine.
type fileReader struct {
	d     *sqldb.Dialect
	ws    int64
	file  string
	first []int64 // of each block the index of its first row; nil before they were read

	cache  map[int]fileBlock // by place in first
	oldest []int             // places in the cache, the one to drop first
	cached int               // bytes in the cache
}

func newFileReader(d *sqldb.Dialect, ws int64, file string) *fileReader {
	return &fileReader{d: d, ws: ws, file: file, cache: map[int]fileBlock{}}
}

// each reads the rows from one index to before another, in their order.
func (r *fileReader) each(q queryer, from, before int64, do func(index int64, row table.FileRow) error) error {
	if from >= before {
		return nil
	}
	if err := r.readFirst(q); err != nil {
		return err
	}
	var places []int
	for place := max(0, r.placeOf(from)); place < len(r.first) && r.first[place] < before; place++ {
		places = append(places, place)
	}
	next := from
	err := r.blocks(q, places, func(place int, b fileBlock) error {
		for first := r.first[place]; next < min(before, first+int64(len(b.ends))); next++ {
			row, err := b.row(int(next - first))
			if err != nil {
				return err
			}
			if err := do(next, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && next < before {
		err = r.gone()
	}
	return err
}

// rows reads the rows with some indexes, block by block. at is the place of a row's
// index in the list, which may have any order.
func (r *fileReader) rows(q queryer, indexes []int64, do func(at int, row table.FileRow) error) error {
	if err := r.readFirst(q); err != nil {
		return err
	}
	order := make([]int, len(indexes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(indexes[a] - indexes[b]) })
	var places []int
	for _, at := range order {
		if place := r.placeOf(indexes[at]); len(places) == 0 || places[len(places)-1] != place {
			places = append(places, place)
		}
	}
	if len(places) > 0 && places[0] < 0 {
		return r.gone()
	}
	return r.blocks(q, places, func(place int, b fileBlock) error {
		for len(order) > 0 && r.placeOf(indexes[order[0]]) == place {
			at := order[0]
			row, err := b.row(int(indexes[at] - r.first[place]))
			if err != nil {
				return err
			}
			if err := do(at, row); err != nil {
				return err
			}
			order = order[1:]
		}
		return nil
	})
}

// readFirst reads where the blocks begin.
func (r *fileReader) readFirst(q queryer) error {
	if r.first != nil {
		return nil
	}
	return q.List(&r.first, `SELECT first_row FROM file_blocks WHERE workspace = ? AND file = ? ORDER BY first_row`, r.ws, r.file)
}

// placeOf is the place of the block that has a row, -1 if the row comes before all.
func (r *fileReader) placeOf(index int64) int {
	return sort.Search(len(r.first), func(i int) bool { return r.first[i] > index }) - 1
}

func (r *fileReader) gone() error { return fmt.Errorf("rows of file %s: %w", r.file, job.ErrGone) }

// blocks unpacks the blocks at some places and calls do with each, in their order.
func (r *fileReader) blocks(q queryer, places []int, do func(place int, b fileBlock) error) error {
	for batch := range slices.Chunk(places, blocksAtOnce) {
		// A block that is kept now may be dropped for another one of the batch.
		known := map[int]fileBlock{}
		var missing []int64
		for _, place := range batch {
			if b, kept := r.cache[place]; kept {
				known[place] = b
			} else {
				missing = append(missing, r.first[place])
			}
		}
		packed, err := r.packed(q, missing)
		if err != nil {
			return err
		}
		for _, place := range batch {
			b, kept := known[place]
			if !kept {
				if b, err = unpackBlock(packed[r.first[place]]); err != nil {
					return fmt.Errorf("rows %d and on of file %s: %w", r.first[place], r.file, err)
				}
				r.keep(place, b)
			}
			if err := do(place, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// packed reads the blocks that begin with some rows, by the index of their first row.
func (r *fileReader) packed(q queryer, missing []int64) (map[int64][]byte, error) {
	if len(missing) == 0 {
		return nil, nil
	}
	var rows []struct {
		First int64 `db:"first_row"`
		Data  []byte
	}
	among, args := r.d.Among("first_row", missing)
	if err := q.List(&rows, `SELECT first_row, data FROM file_blocks WHERE workspace = ? AND file = ? AND `+among, append([]any{r.ws, r.file}, args...)...); err != nil {
		return nil, err
	}
	if len(rows) < len(missing) {
		return nil, r.gone()
	}
	packed := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		packed[row.First] = row.Data
	}
	return packed, nil
}

// keep puts a block into the cache, and drops the oldest ones beyond the bound.
func (r *fileReader) keep(place int, b fileBlock) {
	r.cache[place], r.oldest, r.cached = b, append(r.oldest, place), r.cached+b.bytes()
	for r.cached > cachedBytes && len(r.oldest) > 0 {
		r.cached -= r.cache[r.oldest[0]].bytes()
		delete(r.cache, r.oldest[0])
		r.oldest = r.oldest[1:]
	}
}
