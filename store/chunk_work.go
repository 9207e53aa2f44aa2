package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// chunks works a leased shard off. A chunk is bounded by time and bytes, so
// that whoever writes beside it waits for a moment only.
type chunks struct {
	s      *Store
	l      job.Lease
	filter condition // compiled once
	cheap  bool
	early  bool // a chunk is read before its transaction
	long   bool // values are measured before they are read: some were long
	pace   pace
	slow   int   // how often a record that stood alone reached the time limit
	own    int64 // chunks that were committed
	ahead  *ahead
}

// Chunks starts to work on a leased shard. Close what it returns.
func (s *Store) Chunks(l job.Lease) job.Chunks {
	w := &chunks{s: s, l: l, filter: everything, cheap: true}
	if l.Filter != nil {
		w.filter.text, w.filter.args = l.Filter.SQL(s.db.Dialect.Filter)
		w.cheap = l.Filter.Cost() <= cheapFilter
	}
	merges := slices.ContainsFunc(l.Patch.Sets, func(s model.Set) bool { return s.Merge != nil })
	w.early = s.db.Dialect.Alone && (!w.cheap || merges || l.RestoreSource != 0)
	return w
}

// cheapFilter is what a filter may cost that is evaluated while others wait for
// the writer: where a chunk is read, and again in the statement that writes a
// range, where that is quicker than naming the records.
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

// apply writes a chunk in one transaction, in which it is also read where it
// was not before.
func (w *chunks) apply(ctx context.Context, read *chunk, limit int) (step job.Step, c *chunk, err error) {
	c = read
	t, err := w.s.do(ctx, sqldb.Chunked, func(t *tx) error {
		shard, err := w.open(t)
		if err != nil {
			return err
		}
		if read != nil && read.shard.Next == shard.Next {
			err = read.enter(t, shard, w.own)
		} else {
			c = w.chunk(t, shard)
			err = w.read(c, w.pace.begin(shard.Records, w.cheap, limit))
		}
		if err != nil {
			return err
		}
		c.t = t
		step, err = w.write(c)
		return err
	})
	if err = w.s.after(t, err); err == nil {
		w.own++
		w.long = c.long
		w.pace = w.pace.after(c, t.Took, w.s.db.Writer.Aim())
	}
	return step, c, err
}

// open checks the fence and reads the shard.
func (w *chunks) open(t *tx) (shardRow, error) {
	if err := t.fence(w.l, job.Running); err != nil {
		return shardRow{}, err
	}
	return readShard(t, w.l)
}

func (w *chunks) chunk(q reading, shard shardRow) *chunk {
	return &chunk{d: w.s.db.Dialect, q: q, l: w.l, filter: w.filter, cheap: w.cheap, long: w.long, shard: shard}
}

// read finds what becomes of the next records of the chunk's shard, at most n.
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

func (w *chunks) write(c *chunk) (job.Step, error) {
	c.compile(c.t.Now)
	if err := c.write(); err != nil {
		return job.Step{}, err
	}
	return w.settle(c, w.pace.after(c, time.Since(c.t.Began), w.s.db.Writer.Aim()).records)
}

// settle records what a chunk did, and how many records the next is to take.
func (w *chunks) settle(c *chunk, records int) (job.Step, error) {
	if err := c.advance(records); err != nil {
		return job.Step{}, err
	}
	tally, err := c.t.tally(w.l.Ref)
	return job.Step{Tally: tally, Done: !c.more, N: c.tally.Tried()}, err
}

// slowTries is how often a record alone may reach the time limit before that
// is its own fault: the machine may have stood still.
const slowTries = 3

// judge tells whether what went wrong with a chunk lies in the data. Then the
// next try takes fewer records, and one that stood alone is recorded as failed.
func (w *chunks) judge(ctx context.Context, c *chunk, err error) (job.Step, error) {
	f, inData := w.s.db.Dialect.InData(err)
	switch {
	case !inData || c == nil || len(c.selected) == 0:
		return job.Step{}, err
	case len(c.selected) > 1:
		w.pace.refused(len(c.selected), f.Code == sqldb.CodeTooSlow)
		if err := w.remember(ctx); err != nil {
			return job.Step{}, err
		}
		return job.Step{}, job.ErrRefused
	case f.Memory && c.bytes <= maxValue:
		return job.Step{}, err
	case f.Code == sqldb.CodeTooSlow && w.slow+1 < slowTries:
		w.slow++
		return job.Step{}, job.ErrRefused
	}
	w.slow = 0
	return w.failOne(ctx, f)
}

// remember keeps the smaller size for whoever goes on.
func (w *chunks) remember(ctx context.Context) error {
	return w.s.inTx(ctx, func(t *tx) error {
		return t.Run(`UPDATE shards SET chunk_records = ? WHERE workspace = ? AND job = ? AND no = ? AND epoch = ?`,
			w.pace.records, w.l.Workspace, w.l.Job, w.l.Shard, w.l.Epoch)
	})
}

// failOne records the next record as failed. That may take no longer than a
// chunk: where it does, it is the store that is slow, and not the record.
func (w *chunks) failOne(ctx context.Context, f sqldb.DataFault) (step job.Step, err error) {
	err = w.s.after(w.s.do(ctx, sqldb.Chunked, func(t *tx) error {
		shard, err := w.open(t)
		if err != nil {
			return err
		}
		c := w.chunk(t, shard)
		if err := c.choose(1); err != nil || len(c.selected) == 0 {
			return err
		}
		c.t = t
		c.fail(f)
		step, err = w.settle(c, w.pace.records)
		return err
	}))
	if errors.Is(err, sqldb.ErrTooSlow) {
		err = fmt.Errorf("%w: %w", job.ErrUnavailable, err)
	}
	return step, err
}
