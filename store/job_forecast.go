package store

import (
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A forecast is what a job would do to some records.
type forecast struct {
	tally   job.Tally
	reasons reasons // of the records that would fail, conflict or be skipped
	changed []int64 // the numbers of the first records that would change, at most [job.MaxPreviewSample]
}

// add adds what a chunk would do.
func (f *forecast) add(c *chunk) {
	c.count()
	f.tally = f.tally.Add(c.tally)
	f.reasons.addAll(c)
	f.changed = firstOf(f.changed, c.numbers(c.changed))
}

// join adds what another part of the job would do.
func (f *forecast) join(o forecast) {
	f.tally = f.tally.Add(o.tally)
	f.reasons.join(o.reasons)
	f.changed = firstOf(f.changed, o.changed)
}

// firstOf returns the lowest numbers of two lists, as many as a preview shows.
func firstOf(a, b []int64) []int64 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return all[:min(len(all), job.MaxPreviewSample)]
}

// A foresight decides what a job would do to selected records, with the same code
// as its chunks, in one snapshot and without writing.
type foresight struct {
	d *sqldb.Dialect // locks nothing
	t *sqlx.Tx
	// l is the lease that the job would be carried out with: workspace, model,
	// patch, options, and the restore source of an undo.
	l      job.Lease
	filter condition // that the records must meet, as in a chunk
	file   *fileWork // of a file job; nil for others
}

// foresight returns a foresight. rows are those of the selection of a file job if that is
// not stored.
func (s *Store) foresight(t *sqlx.Tx, l job.Lease, filter condition, rows *fileRows) foresight {
	return foresight{d: unlocked(s.db.Dialect), t: t, l: l, filter: filter, file: s.fileWork(l, rows)}
}

// unlocked is the dialect of a transaction that only reads.
func unlocked(d *sqldb.Dialect) *sqldb.Dialect {
	u := *d
	u.RangeEnd = func(table string) string { return strings.TrimSuffix(d.RangeEnd(table), d.ForUpdate(table)) }
	u.ListEnd = func(table string) string { return strings.TrimSuffix(d.ListEnd(table), d.ForUpdate(table)) }
	return &u
}

// each calls do with chunks of the selected records, in the order of their numbers.
// Each chunk has decided what would become of its records, and is bounded in bytes
// and time as a chunk of the job would be. [errLoneRecord]: a single record takes
// too long.
func (f foresight) each(ctx context.Context, sel selection, examined func(part float64), do func(*chunk) error) error {
	w := newWalk(f.d, f.t, examined)
	done := int64(0)
	for _, win := range sel.windows {
		offsets, err := unpackNumbers(win.numbers)
		if err != nil {
			return err
		}
		for len(offsets) > 0 {
			c, err := f.next(ctx, w, win.no<<windowBits, offsets)
			if err != nil {
				return err
			}
			if err := do(c); err != nil {
				return err
			}
			offsets = offsets[len(c.selected):]
			done += int64(len(c.selected))
			examined(float64(done) / float64(sel.count))
		}
	}
	return nil
}

// next decides about the first records of a list, as many as make a chunk.
func (f foresight) next(ctx context.Context, w *walk, window int64, offsets []uint32) (*chunk, error) {
	for lone := 0; lone < loneTries; {
		n := min(int64(len(offsets)), w.stride.span)
		c := f.chunk(window, offsets[:n])
		late, err := w.step(ctx, span{0, n}, func(ctx context.Context, _ span) error { return f.decide(ctx, c) })
		if err != nil || !late {
			return c, err
		}
		if !w.stride.slow(n) {
			lone++
		}
	}
	return nil, errLoneRecord
}

// chunk is a chunk of some records of a window.
func (f foresight) chunk(window int64, offsets []uint32) *chunk {
	first := offsets[0]
	c := &chunk{d: f.d, l: f.l, filter: f.filter, file: f.file, at: f.l.Accepted, base: window + int64(first), selected: make([]uint32, len(offsets))}
	for i, n := range offsets {
		c.selected[i] = n - first
	}
	c.cut(len(offsets))
	return c
}

// decide decides what becomes of the records of a chunk, or of the first of them if
// all together have too many bytes.
func (f foresight) decide(ctx context.Context, c *chunk) error {
	c.q = snapshotReader{ctx, f.t, f.d}
	return c.decide()
}

// of returns what a job would do to all selected records.
func (f foresight) of(ctx context.Context, sel selection, examined func(part float64)) (forecast, error) {
	var all forecast
	err := f.each(ctx, sel, examined, func(c *chunk) error {
		all.add(c)
		return nil
	})
	return all, err
}

// sampleBytes bounds the sample of a preview, which is stored with the row of a
// preview job.
const sampleBytes = 1 << 20

// sample returns what would change in some records, as their results would show it
// if they were written now: for as many records as there is room for.
func (f foresight) sample(ctx context.Context, rids []int64, now int64) ([]job.PreviewItem, error) {
	chosen := bitmaps{}
	for _, rid := range rids {
		chosen.add(rid)
	}
	sel, err := chosen.selection()
	if err != nil {
		return nil, err
	}
	ids, err := idsOf(snapshotReader{ctx, f.t, f.d}, f.d, f.l.Workspace, f.l.Model, rids)
	if err != nil {
		return nil, err
	}
	items := make([]job.PreviewItem, 0, len(rids))
	room, full := budget{left: sampleBytes}, false
	err = f.each(ctx, sel, func(float64) {}, func(c *chunk) error {
		return c.eachChanged(now, func(rid int64, changed map[string]job.Change) {
			if full = full || !room.take(changedBytes(changed)); !full {
				items = append(items, job.PreviewItem{ID: model.StringID(ids[rid]), Changed: changed})
			}
		})
	})
	return items, err
}

// eachChanged calls do with what the chunk changes in each of its records.
func (c *chunk) eachChanged(now int64, do func(rid int64, changed map[string]job.Change)) error {
	former, written := c.packed()
	f := foundResult{at: now}
	var err error
	if f.former, err = unpackValues(former); err != nil {
		return err
	}
	if f.written, err = unpackValues(written); err != nil {
		return err
	}
	for f.place = range c.changed {
		do(c.base+int64(c.changed[f.place]), changedFields(c.l.Patch, f))
	}
	return nil
}
