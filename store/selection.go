package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
)

// A selection is the set of record numbers that a filter matched at one
// moment: a bitmap for each window that has any.
type selection struct {
	windows []window
	count   int64
	differ  int64  // how many of them a patch would change
	lack    int64  // how many of them it would fail
	digest  string // of the numbers, see [job.Digest]
}

type window struct {
	no      int64
	numbers []byte // Roaring bitmap of offsets, serialised
	count   int64
}

// selectNumbers reads what meets a condition, window by window, in the
// snapshot that db shows. The numbers come as one JSON array a window: reading them row by
// row takes twice as long.
func (d *dialect) selectNumbers(ctx context.Context, db sqlx.QueryerContext, ws int64, m *model.Model, condition string, args []any, a assignment) (selection, error) {
	list, err := blocks(ctx, db, d, ws, m)
	if err != nil {
		return selection{}, err
	}
	query := d.rebind(d.windowQuery(m, condition, a))
	var sel selection
	digest := sha256.New()
	for _, b := range list {
		all := append([]any{b.first()}, a.differsArgs...)
		all = append(append(all, b.first(), b.Next, ws), args...)
		var raw []byte
		var differ, lack int64
		if err := db.QueryRowxContext(ctx, query, all...).Scan(&raw, &differ, &lack); err != nil {
			return selection{}, err
		}
		w, err := newWindow(b.Block, parseNumbers(raw))
		if err != nil {
			return selection{}, err
		}
		if w.count == 0 {
			continue
		}
		sel.add(w, digest)
		sel.differ, sel.lack = sel.differ+differ, sel.lack+lack
	}
	sel.digest = job.Digest(sel.count, digest.Sum(nil))
	return sel, nil
}

// add appends a window, and its numbers to the digest.
func (sel *selection) add(w window, digest hash.Hash) {
	binary.Write(digest, binary.BigEndian, w.no) // a hash takes everything
	digest.Write(w.numbers)
	sel.windows = append(sel.windows, w)
	sel.count += w.count
}

// windowQuery gathers the numbers of a window that meet a condition, and counts
// those that a patch would change and those that lack what it needs.
func (d *dialect) windowQuery(m *model.Model, condition string, a assignment) string {
	return "SELECT " + d.collect("rid - ?", "1 = 1") + ", COUNT(*) FILTER (WHERE " + a.differs + "), " + a.countLacking() + " FROM " + m.Table() + d.notIndexed +
		" WHERE rid >= ? AND rid < ? AND workspace = ? AND " + d.opaque(condition)
}

func newWindow(no int64, offsets []uint32) (window, error) {
	b := roaring.BitmapOf(offsets...)
	b.RunOptimize()
	raw, err := b.ToBytes()
	return window{no: no, numbers: raw, count: int64(len(offsets))}, err
}

// parseNumbers reads a JSON array of numbers that are not negative, without
// the cost of a general parser.
func parseNumbers(raw []byte) []uint32 {
	numbers := make([]uint32, 0, bytes.Count(raw, []byte{','})+1)
	n, inside := uint32(0), false
	for _, c := range raw {
		if '0' <= c && c <= '9' {
			n, inside = n*10+uint32(c-'0'), true
			continue
		}
		if inside {
			numbers = append(numbers, n)
		}
		n, inside = 0, false
	}
	return numbers
}

// saveSelection writes the selection of a job in place of any that a crashed
// worker left.
func (t *tx) saveSelection(ws, job int64, sel selection) error {
	if err := t.exec1(`DELETE FROM selection WHERE workspace = ? AND job = ?`, ws, job); err != nil {
		return err
	}
	for _, w := range sel.windows {
		if err := t.exec1(`INSERT INTO selection (workspace, job, "window", numbers) VALUES (?, ?, ?, ?)`,
			ws, job, w.no, w.numbers); err != nil {
			return err
		}
	}
	return nil
}

// A queryer reads rows: a transaction or the pool of readers.
type queryer interface {
	list(dest any, query string, args ...any) error
}

// nextNumbers lists the first selected numbers of a job from `from` on and
// below `before`, at most limit.
func nextNumbers(q queryer, ws, job, from, before int64, limit int) ([]int64, error) {
	numbers := make([]int64, 0, min(limit, windowSize))
	for no := from >> windowBits; len(numbers) < limit; {
		var rows []struct {
			Window  int64
			Numbers []byte
		}
		if err := q.list(&rows, `SELECT "window", numbers FROM selection
			WHERE workspace = ? AND job = ? AND "window" >= ? ORDER BY "window" LIMIT 1`, ws, job, no); err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		b := roaring.New()
		if err := b.UnmarshalBinary(rows[0].Numbers); err != nil {
			return nil, err
		}
		base := rows[0].Window << windowBits
		it := b.Iterator()
		it.AdvanceIfNeeded(uint32(max(0, from-base)))
		for it.HasNext() && len(numbers) < limit {
			rid := base + int64(it.Next())
			if rid >= before {
				return numbers, nil
			}
			numbers = append(numbers, rid)
		}
		no = rows[0].Window + 1
	}
	return numbers, nil
}

// A span is a range of record numbers: from first, below before.
type span struct{ first, before int64 }

// cut divides the selected numbers into at most n spans that meet, of about
// as many each and at least of least. There is always one.
func (sel selection) cut(n int, least int64) []span {
	if len(sel.windows) == 0 {
		return []span{{}}
	}
	first, before := sel.windows[0].no<<windowBits, (sel.windows[len(sel.windows)-1].no+1)<<windowBits
	n = max(1, min(n, int(sel.count/least)))
	spans := make([]span, 0, n)
	for i := 1; i < n; i++ {
		next := sel.numberAt(sel.count * int64(i) / int64(n))
		spans = append(spans, span{first, next})
		first = next
	}
	return append(spans, span{first, before})
}

// numberAt is the selected number that has i others before it.
func (sel selection) numberAt(i int64) int64 {
	for _, w := range sel.windows {
		if i >= w.count {
			i -= w.count
			continue
		}
		b := roaring.New()
		if b.UnmarshalBinary(w.numbers) != nil {
			break // it was made a moment ago
		}
		offset, _ := b.Select(uint32(i))
		return w.no<<windowBits + int64(offset)
	}
	return (sel.windows[len(sel.windows)-1].no + 1) << windowBits
}
