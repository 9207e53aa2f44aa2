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
	"bulkpatch/store/sqldb"
)

// A selection is the set of record numbers that a filter matched in one
// snapshot: a bitmap for each window that has any.
type selection struct {
	windows []window
	count   int64
	digest  string    // of the numbers, see [job.Digest]
	rows    *fileRows // of a file job; nil for others

	hash    hash.Hash // of the windows so far
	open    int64     // the window that is being read
	offsets []uint32  // what was found in it
}

// selected is what guards judge.
func (sel selection) selected() job.Selected {
	s := job.Selected{Records: sel.count, Digest: sel.digest}
	if sel.rows != nil {
		s.Rows = new(int64(len(sel.rows.m.rids)))
	}
	return s
}

type window struct {
	no      int64
	numbers []byte // Roaring bitmap of offsets, serialised
	count   int64
}

// A choice says which records to select: those that meet a condition. For a
// preview it also collects what the patch would do to them.
type choice struct {
	ws        int64
	model     *model.Model
	condition string
	args      []any
	id        any // of the one record to select; nil for all that meet the condition
	outlook   *outlook
}

// selectNumbers reads the numbers of the records that meet the condition, range
// by range, in the snapshot of t. Each range returns its numbers as one JSON
// array: reading them row by row takes twice as long.
func selectNumbers(ctx context.Context, d *sqldb.Dialect, t *sqlx.Tx, c choice, examined func(part float64)) (selection, error) {
	ranges, err := rangesOf(ctx, d, t, c)
	if err != nil {
		return selection{}, err
	}
	stmt, err := t.PreparexContext(ctx, d.Rebind(windowQuery(d, c)))
	if err != nil {
		return selection{}, err
	}
	defer stmt.Close()
	sel := selection{hash: sha256.New()}
	err = newWalk(d, t, examined).each(ctx, ranges, func(ctx context.Context, s span) error {
		base := s.first &^ (windowSize - 1)
		args := append(append([]any{base}, c.outlook.args(base)...), s.first, s.before, c.ws)
		raw := make([][]byte, 1+c.outlook.columns())
		dest := make([]any, len(raw))
		for i := range raw {
			dest[i] = &raw[i]
		}
		if err := stmt.QueryRowxContext(ctx, append(args, c.args...)...).Scan(dest...); err != nil {
			return err
		}
		c.outlook.take(s, base, raw[1:])
		return sel.take(s, parseNumbers(raw[0]))
	})
	if err != nil {
		return selection{}, err
	}
	return sel, sel.finish()
}

// rangesOf returns the ranges of numbers that a choice may select. None extends
// beyond one window.
func rangesOf(ctx context.Context, d *sqldb.Dialect, t *sqlx.Tx, c choice) ([]span, error) {
	if c.id != nil {
		var rid int64
		ok, err := sqldb.HasRow(t.GetContext(ctx, &rid, d.Rebind("SELECT rid FROM "+c.model.Table()+" WHERE workspace = ? AND id = ?"), c.ws, c.id))
		if err != nil || !ok {
			return nil, err
		}
		return []span{{rid, rid + 1}}, nil
	}
	list, err := blocks(ctx, t, d, c.ws, c.model)
	ranges := make([]span, len(list))
	for i, b := range list {
		ranges[i] = span{b.first(), b.Next}
	}
	return ranges, err
}

// take adds what was found in a range. Offsets count from the start of the
// range's window.
func (sel *selection) take(s span, offsets []uint32) error {
	no := s.first >> windowBits
	if no != sel.open {
		if err := sel.closeWindow(); err != nil {
			return err
		}
		sel.open = no
	}
	sel.offsets = append(sel.offsets, offsets...)
	return nil
}

// closeWindow packs what was found in the open window.
func (sel *selection) closeWindow() error {
	if len(sel.offsets) == 0 {
		return nil
	}
	w, err := newWindow(sel.open, sel.offsets)
	sel.add(w)
	sel.offsets = sel.offsets[:0]
	return err
}

// finish closes the last window and computes the digest.
func (sel *selection) finish() error {
	err := sel.closeWindow()
	sel.offsets = nil
	sel.digest = job.Digest(sel.count, sel.hash.Sum(nil))
	return err
}

// add appends a window, and adds its numbers to the digest.
func (sel *selection) add(w window) {
	binary.Write(sel.hash, binary.BigEndian, w.no) // a hash never returns an error
	sel.hash.Write(w.numbers)
	sel.windows = append(sel.windows, w)
	sel.count += w.count
}

// windowQuery returns the query for the numbers of a range that meet the
// condition.
func windowQuery(d *sqldb.Dialect, c choice) string {
	return "SELECT " + d.Collect("rid - ?", "1 = 1") + c.outlook.list() + " FROM " + c.model.Table() + d.NotIndexed +
		" WHERE rid >= ? AND rid < ? AND workspace = ? AND " + d.Opaque(c.condition)
}

func newWindow(no int64, offsets []uint32) (window, error) {
	b := roaring.BitmapOf(offsets...)
	b.RunOptimize()
	raw, err := b.ToBytes()
	return window{no: no, numbers: raw, count: int64(len(offsets))}, err
}

// parseNumbers parses a JSON array of numbers that are not negative, without the
// cost of a general parser.
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

// saveSelection writes the selection of a job. It replaces any that was there.
func (t *tx) saveSelection(ws, job int64, sel selection) error {
	if err := t.Run(`DELETE FROM selection WHERE workspace = ? AND job = ?`, ws, job); err != nil {
		return err
	}
	for _, w := range sel.windows {
		if err := t.Run(`INSERT INTO selection (workspace, job, "window", numbers) VALUES (?, ?, ?, ?)`,
			ws, job, w.no, w.numbers); err != nil {
			return err
		}
	}
	return nil
}

// A queryer reads rows: a transaction or the pool of readers.
type queryer interface {
	List(dest any, query string, args ...any) error
}

// nextNumbers returns the first selected numbers of a job that are at least from
// and below before, at most limit.
func nextNumbers(q queryer, ws, job, from, before int64, limit int) ([]int64, error) {
	numbers := make([]int64, 0, min(limit, windowSize))
	for no := from >> windowBits; len(numbers) < limit; {
		var rows []struct {
			Window  int64
			Numbers []byte
		}
		if err := q.List(&rows, `SELECT "window", numbers FROM selection
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

// A span is a range of record numbers: at least first, below before.
type span struct{ first, before int64 }

func (s span) size() int64 { return s.before - s.first }

// cut divides the selected numbers into at most n adjacent spans of about the
// same number of records, which is at least least. There is always one span.
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

// numberAt returns the i-th selected number, counted from 0.
func (sel selection) numberAt(i int64) int64 {
	for _, w := range sel.windows {
		if i >= w.count {
			i -= w.count
			continue
		}
		b := roaring.New()
		if b.UnmarshalBinary(w.numbers) != nil {
			break // cannot happen: newWindow has just made it
		}
		offset, _ := b.Select(uint32(i))
		return w.no<<windowBits + int64(offset)
	}
	return (sel.windows[len(sel.windows)-1].no + 1) << windowBits
}
