package store

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/store/sqldb"
)

// Reading ahead: SQLite has one write transaction at a time. A chunk that may be
// costly to read is therefore read before its transaction, in a snapshot, while
// the chunk before it is written. So even an expensive filter blocks no writer.
// A cheap chunk is read in its transaction: that is 20 % faster, because the
// pages it reads are then in the cache for the write. Other chunks of the job
// touch other records. Records that others have changed since the snapshot are
// found by their versions and read again.

// readPatience is how long one statement that reads a chunk ahead may take. A
// slower one is cancelled, and the chunk halved.
const readPatience = 3 * time.Second

// An ahead is a chunk that is being read before its transaction.
type ahead struct {
	cancel context.CancelFunc
	done   chan struct{}
	c      *chunk
	err    error
}

// drop stops reading and waits until it has stopped.
func (a *ahead) drop() {
	a.cancel()
	<-a.done
}

// A moment is when a snapshot was opened. The snapshot shows at least the
// writer's transactions up to mark, and own chunks of the lease.
type moment struct {
	mark sqldb.Mark
	own  int64
}

// take returns the chunk that was read ahead, or reads the first one, and
// starts to read the next one. It returns nil where chunks are read in their
// own transaction.
func (w *chunks) take(ctx context.Context, limit int) (*chunk, error) {
	if !w.early {
		return nil, nil
	}
	c, err := w.taken(ctx, limit)
	if err != nil || len(c.selected) == 0 {
		return c, err
	}
	// Its size may have been chosen before a chunk turned out to be slow.
	if most := min(limit, growth*w.pace.records); len(c.selected) > most {
		c.cut(w.nextSize(0, limit))
	}
	if c.more {
		w.start(ctx, c, limit)
	}
	return c, nil
}

// taken waits for the chunk that is being read ahead. The first chunk of a
// lease is read now.
func (w *chunks) taken(ctx context.Context, limit int) (*chunk, error) {
	a := w.ahead
	if a == nil {
		c := w.earlyChunk(shardRow{})
		return c, w.readSnapshot(ctx, c, func() (n int, err error) {
			c.shard, err = readShard(c.q, w.l)
			return w.nextSize(c.shard.Records, limit), err
		})
	}
	w.ahead = nil
	defer a.cancel()
	<-a.done // it ends with the context
	return a.c, a.err
}

// start starts to read the chunk that follows another one.
func (w *chunks) start(ctx context.Context, before *chunk, limit int) {
	ctx, cancel := context.WithCancel(ctx)
	shard := before.shard
	shard.Next = before.last + 1
	c, n := w.earlyChunk(shard), w.nextSize(0, limit)
	a := &ahead{cancel: cancel, done: make(chan struct{}), c: c}
	w.ahead = a
	go func() {
		defer close(a.done)
		a.err = w.readSnapshot(ctx, c, func() (int, error) { return n, nil })
	}()
}

// earlyChunk returns a chunk that is to be read before its transaction.
func (w *chunks) earlyChunk(shard shardRow) *chunk {
	c := w.chunk(nil, shard)
	c.readVersions = map[uint32]uint32{}
	c.at = w.s.db.Now().UnixMicro()
	c.moment = moment{w.s.db.Writer.Mark(), w.own}
	return c
}

// readSnapshot reads a chunk in a snapshot. size is called in the snapshot and
// returns how many records to read.
func (w *chunks) readSnapshot(ctx context.Context, c *chunk, size func() (int, error)) error {
	return w.s.inWork(ctx, func(t *sqlx.Tx) error {
		c.q = view{ctx, t, w.s.db.Dialect, &c.reading}
		n, err := size()
		if err != nil {
			return err
		}
		return w.read(c, n)
	})
}

// A view reads in a snapshot, and adds up how long that takes. The time to
// prepare a statement does not count: it does not depend on the number of
// records.
type view struct {
	ctx  context.Context
	t    *sqlx.Tx
	d    *sqldb.Dialect
	took *time.Duration
}

func (v view) List(dest any, query string, args ...any) error {
	return v.t.SelectContext(v.ctx, dest, v.d.Rebind(query), args...)
}

func (v view) Row(query string, args []any, dest ...any) (ok bool, err error) {
	stmt, err := v.t.PreparexContext(v.ctx, v.d.Rebind(query))
	if err != nil {
		return false, err
	}
	defer stmt.Close()
	began := time.Now()
	defer func() { *v.took += time.Since(began) }()
	ctx, cancel := context.WithTimeoutCause(v.ctx, readPatience, sqldb.ErrTooSlow)
	defer cancel()
	ok, err = sqldb.HasRow(stmt.QueryRowxContext(ctx, args...).Scan(dest...))
	return ok, sqldb.WithTooSlow(ctx, err)
}

// refresh brings a chunk that was read ahead up to date in its transaction. own
// is how many chunks the lease has committed.
func (c *chunk) refresh(own int64) error {
	others, err := c.t.OthersSince(c.moment.mark, own-c.moment.own)
	if err != nil || !others {
		return err
	}
	c.ranged = false // other records in the range may match by now
	stale, err := c.stale()
	if err != nil || len(stale) == 0 {
		return err
	}
	return c.readAgain(stale)
}

// stale returns the records that were changed or deleted since the chunk was
// read.
func (c *chunk) stale() ([]uint32, error) {
	now, err := c.versions(c.selected)
	if err != nil {
		return nil, err
	}
	var stale []uint32
	for _, n := range c.selected {
		version, there := now[n]
		seen, was := c.readVersions[n]
		if there != was || version != seen {
			stale = append(stale, n)
		}
	}
	return stale, nil
}

// readAgain decides the outcomes of some of the chunk's records again.
func (c *chunk) readAgain(stale []uint32) error {
	again := *c
	again.changes, again.rejected, again.readVersions, again.guarded, again.at = changes{}, nil, nil, nil, c.t.Now
	again.selected, again.last = stale, c.base+int64(stale[len(stale)-1])
	if more, err := again.leaveGrownToGo(); err != nil {
		return err
	} else if more {
		again.selected, again.last = c.selected, c.last // for all records the same merges are computed in Go
	}
	wanted := again.selected
	if err := again.find(); err != nil {
		return err
	}
	if n := len(again.selected); n < len(wanted) { // the values of all would be too many bytes
		c.cutBefore(wanted[n])
	}
	c.a = again.a
	c.changes = c.changes.only(without(c.selected, again.selected)).plus(again.changes)
	c.rejected = append(slices.DeleteFunc(c.rejected, func(r rejection) bool {
		_, found := slices.BinarySearch(again.selected, r.Offset)
		return found
	}), again.rejected...)
	return nil
}
