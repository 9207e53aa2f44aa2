package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// chunks carries out a leased shard, chunk by chunk. A chunk is bounded by time
// and bytes, so that other writers wait for a moment only.
type chunks struct {
	s      *Store
	l      job.Lease
	filter condition // compiled once
	cheap  bool      // the filter may be evaluated while the writer is held
	early  bool      // chunks are read before their transaction
	long   bool      // values are measured before they are read: some were long
	pace   pace
	slow   int       // how often a chunk of one record has reached the time limit
	own    int64     // how many chunks were committed
	file   *fileWork // of a file job; nil for others
	ahead  *ahead    // the chunk that is being read; nil for none
}

// Chunks starts to work on a leased shard. The caller must close the returned
// value.
func (s *Store) Chunks(l job.Lease) job.Chunks {
	w := &chunks{s: s, l: l, filter: everything, cheap: true, file: s.fileWork(l, nil)}
	if l.Filter != nil {
		w.filter.text, w.filter.args = l.Filter.SQL(s.db.Dialect.Filter)
		w.cheap = l.Filter.Cost() <= cheapFilter
	}
	merges := slices.ContainsFunc(l.Patch.Sets, func(s model.Set) bool { return s.Merge != nil })
	w.early = s.db.Dialect.Alone && (!w.cheap || merges || l.Patch.Compute != nil || l.RestoreSource != 0)
	return w
}

// cheapFilter is the highest cost of a filter that is evaluated while others
// wait for the writer. A chunk evaluates such a filter when it reads, and again
// in the statement that writes a range, which is faster than a list of numbers.
const cheapFilter = 32

// Next implements [job.Chunks].
func (w *chunks) Next(ctx context.Context, limit int) (job.Step, error) {
	c, err := w.take(ctx, limit)
	var step job.Step
	if err == nil {
		step, c, err = w.apply(ctx, c, limit)
	}
	if err != nil {
		w.Close()
		return w.judge(ctx, c, err)
	}
	w.slow = 0
	return step, nil
}

// Close implements [job.Chunks].
func (w *chunks) Close() {
	if w.ahead != nil {
		w.ahead.drop()
		w.ahead = nil
	}
}

// apply carries out a chunk in one transaction. read is the chunk that was
// read ahead, or nil. c is the chunk that was carried out, or as far as it got.
func (w *chunks) apply(ctx context.Context, read *chunk, limit int) (step job.Step, c *chunk, err error) {
	owner := &shardChunk{w: w, ahead: read, c: read, limit: limit}
	t, err := w.s.do(ctx, sqldb.Chunked, func(t *tx) error { return carryOut(t, owner) })
	if err = w.s.after(t, err); err == nil {
		w.own++
		w.long = owner.c.long
		w.pace = w.pace.after(owner.c, t.Took, w.s.db.Writer.Aim())
	}
	return owner.step, owner.c, err
}

func (w *chunks) chunk(q reading, shard shardRow) *chunk {
	return &chunk{d: w.s.db.Dialect, q: q, l: w.l, filter: w.filter, cheap: w.cheap, long: w.long, shard: shard, file: w.file}
}

// nextSize returns how many records the next chunk takes. stored is the number
// that the shard remembers, 0 for none.
func (w *chunks) nextSize(stored int64, limit int) int {
	if stored == 0 && w.cheap {
		stored = firstRecords
	} else if stored == 0 {
		stored = firstCostly
	}
	return w.pace.size(int(stored), limit)
}

// read chooses the next records of the chunk's shard, at most n, and decides
// their outcomes.
func (w *chunks) read(c *chunk, n int) error {
	c.asked = n
	if err := c.choose(n); err != nil || len(c.selected) == 0 {
		return err
	}
	err := c.decide()
	for _, array := range c.former {
		if len(c.guarded) > 0 {
			c.bytes += int64(len(array))
		}
	}
	return err
}

// slowTries is how often one record alone may reach the time limit before it
// fails. Until then the machine itself may have been slow.
const slowTries = 3

// judge decides what follows from the error of a chunk. If the fault lies in
// the data, the next chunk takes fewer records, or a chunk of one record is
// recorded as failed.
func (w *chunks) judge(ctx context.Context, c *chunk, err error) (job.Step, error) {
	f, inData := w.s.db.Dialect.InData(err)
	if errors.Is(err, job.ErrTooManyChoices) {
		f, inData = sqldb.DataFault{Code: model.CodeTooManyChoices}, true
	}
	switch {
	case !inData || c == nil || len(c.selected) == 0:
		return job.Step{}, err
	case len(c.selected) > 1:
		w.pace.shrink(len(c.selected), shrinkAfter(f))
		if err := w.keepSize(ctx); err != nil {
			return job.Step{}, err
		}
		return job.Step{}, job.ErrRefused
	case f.Memory && c.bytes <= job.MaxValue:
		return job.Step{}, err
	case f.Code == sqldb.CodeTooSlow && w.slow+1 < slowTries:
		w.slow++
		return job.Step{}, job.ErrRefused
	}
	w.slow = 0
	return w.failOne(ctx, f)
}

// keepSize stores the smaller size, for whichever worker goes on.
func (w *chunks) keepSize(ctx context.Context) error {
	return w.s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE shards SET chunk_records = ? WHERE workspace = ? AND job = ? AND no = ? AND epoch = ?`,
			w.pace.records, w.l.Workspace, w.l.Job, w.l.Shard, w.l.Epoch)
	})
}

// failOne records the next record as failed. If even that reaches the time
// limit of a chunk, the store is slow and not the record.
func (w *chunks) failOne(ctx context.Context, f sqldb.DataFault) (job.Step, error) {
	owner := &failedChunk{shardChunk{w: w}, f}
	err := w.s.after(w.s.do(ctx, sqldb.Chunked, func(t *tx) error { return carryOut(t, owner) }))
	if errors.Is(err, sqldb.ErrTooSlow) {
		err = fmt.Errorf("%w: %w", job.ErrUnavailable, err)
	}
	return owner.step, err
}
