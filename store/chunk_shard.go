package store

import (
	"time"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// A shardChunk is the next chunk of a leased shard.
type shardChunk struct {
	w     *chunks
	ahead *chunk // that was read ahead; nil for none
	limit int    // how many records the chunk may have

	c    *chunk // as far as it got
	step job.Step
}

// lock locks the shard and checks that the lease still holds. It takes the
// chunk that was read ahead, if that begins at the shard's checkpoint.
func (o *shardChunk) lock(t *tx) (*chunk, error) {
	if err := t.fence(o.w.l, job.Running); err != nil {
		return nil, err
	}
	shard, err := readShard(t, o.w.l)
	if err != nil {
		return nil, err
	}
	if o.ahead != nil && o.ahead.shard.Next == shard.Next {
		o.c = o.ahead
		o.c.shard = shard
	} else {
		o.c = o.w.chunk(t, shard)
		o.c.at = t.Now
	}
	return o.c, nil
}

func (o *shardChunk) read(c *chunk) error {
	if c == o.ahead {
		return c.refresh(o.w.own)
	}
	return o.w.read(c, o.w.nextSize(c.shard.Records, o.limit))
}

// isolate has nothing to do: a fault in the data undoes the whole transaction,
// and [chunks.judge] handles it.
func (o *shardChunk) isolate(_ *chunk, change func() error) error { return change() }

func (o *shardChunk) advance(c *chunk) error {
	return o.moveOn(c, o.w.pace.after(c, time.Since(c.t.Began), o.w.s.db.Writer.Aim()).records)
}

// moveOn moves the checkpoint. The next chunk is to take so many records.
func (o *shardChunk) moveOn(c *chunk, records int) error {
	if err := c.moveCheckpoint(records); err != nil {
		return err
	}
	tally, err := c.t.tally(o.w.l.Ref)
	if err != nil {
		return err
	}
	o.step = job.Step{Tally: tally, Done: !c.more, N: c.tally.Tried()}
	if c.file != nil {
		o.step.Unusable, err = c.t.unusable(o.w.l.Ref)
	}
	return err
}

// A failedChunk is a chunk of one record, which fails because of its data.
type failedChunk struct {
	shardChunk
	fault sqldb.DataFault
}

func (o *failedChunk) read(c *chunk) error {
	if err := c.choose(1); err != nil || len(c.selected) == 0 {
		return err
	}
	c.fail(o.fault)
	if c.file != nil {
		return c.file.locate(c)
	}
	return nil
}

func (o *failedChunk) advance(c *chunk) error { return o.moveOn(c, o.w.pace.records) }
