package store

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/store/sqldb"
)

// Where one transaction at a time writes, a chunk whose reading may be costly is
// read before its own, in a snapshot and while the one before is written: so a
// filter, however costly, keeps nobody waiting. What is cheap is read in the
// transaction, which has the pages at hand then: that is a fifth quicker. The
// job's own chunks touch other records. What others have changed since the
// snapshot is found by its version and read again.

// readPatience is how long one statement that reads a chunk may take before it
// is given up and the chunk halved.
const readPatience = 3 * time.Second

// An ahead is a chunk that is being read before its turn.
type ahead struct {
	cancel context.CancelFunc
	done   chan struct{}
	c      *chunk
	err    error
}

func (a *ahead) drop() {
	a.cancel()
	<-a.done
}

// A moment is when a snapshot was opened: what of the writer, and how many of
// the lease's own chunks, it shows at least.
type moment struct {
	mark sqldb.Mark
	own  int64
}

// take waits for the chunk that was read ahead, or reads the first one, and
// has the next one be read. It is nil where a chunk is read in its own
// transaction.
func (w *chunks) take(ctx context.Context, limit int) (*chunk, error) {
	if !w.early {
		return nil, nil
	}
	c, err := w.taken(ctx, limit)
	if err != nil || len(c.selected) == 0 {
		return c, err
	}
	// It may have been asked for before a chunk showed that fewer are enough.
	if most := min(limit, growth*w.pace.records); len(c.selected) > most {
		c.cut(w.pace.begin(0, w.cheap, limit))
	}
	if c.more {
		w.start(ctx, c, limit)
	}
	return c, nil
}

func (w *chunks) taken(ctx context.Context, limit int) (*chunk, error) {
	a := w.ahead
	if a == nil {
		c := w.earlyChunk(shardRow{})
		return c, w.look(ctx, c, func() (n int, err error) {
			c.shard, err = readShard(c.q, w.l)
			return w.pace.begin(c.shard.Records, w.cheap, limit), err
		})
	}
	w.ahead = nil
	defer a.cancel()
	<-a.done // it ends with the context
	return a.c, a.err
}

// start reads the chunk behind another one.
func (w *chunks) start(ctx context.Context, before *chunk, limit int) {
	ctx, cancel := context.WithCancel(ctx)
	shard := before.shard
	shard.Next = before.last + 1
	c, n := w.earlyChunk(shard), w.pace.begin(0, w.cheap, limit)
	a := &ahead{cancel: cancel, done: make(chan struct{}), c: c}
	w.ahead = a
	go func() {
		defer close(a.done)
		a.err = w.look(ctx, c, func() (int, error) { return n, nil })
	}()
}

// early is a chunk to be read before its transaction.
func (w *chunks) earlyChunk(shard shardRow) *chunk {
	c := w.chunk(nil, shard)
	c.seen = map[uint32]uint32{}
	c.moment = moment{w.s.db.Writer.Mark(), w.own}
	return c
}

// look reads a chunk in a snapshot.
func (w *chunks) look(ctx context.Context, c *chunk, size func() (int, error)) error {
	return w.s.inWork(ctx, func(t *sqlx.Tx) error {
		c.q = view{ctx, t, w.s.db.Dialect, &c.reading}
		n, err := size()
		if err != nil {
			return err
		}
		return w.read(c, n)
	})
}

// A view reads in a snapshot, and adds up for how long. Preparing a statement
// takes no less for fewer records, and is left out.
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

// enter brings a chunk that was read ahead into its transaction. own is how
// many chunks the lease has committed.
func (c *chunk) enter(t *tx, shard shardRow, own int64) error {
	c.q, c.shard = t, shard
	others, err := t.OthersSince(c.moment.mark, own-c.moment.own)
	if err != nil || !others {
		return err
	}
	c.ranged = false // others in the range may match by now
	stale, err := c.stale()
	if err != nil || len(stale) == 0 {
		return err
	}
	return c.readAgain(stale)
}

// stale lists the records that somebody has changed or deleted since the
// chunk was read.
func (c *chunk) stale() ([]uint32, error) {
	now, err := c.versions(c.selected)
	if err != nil {
		return nil, err
	}
	var stale []uint32
	for _, n := range c.selected {
		version, there := now[n]
		seen, was := c.seen[n]
		if there != was || version != seen {
			stale = append(stale, n)
		}
	}
	return stale, nil
}

// readAgain finds the outcomes of some of the chunk's records anew.
func (c *chunk) readAgain(stale []uint32) error {
	again := *c
	again.changes, again.refused, again.seen, again.guarded = changes{}, nil, nil, nil
	again.selected, again.last = stale, c.base+int64(stale[len(stale)-1])
	if outgrown, err := again.outgrown(); err != nil {
		return err
	} else if outgrown {
		again.selected, again.last = c.selected, c.last // all merges are Go's then
	}
	if err := again.find(); err != nil {
		return err
	}
	c.a = again.a
	c.changes = c.changes.only(without(c.selected, again.selected)).merge(again.changes)
	c.refused = append(slices.DeleteFunc(c.refused, func(r refusal) bool {
		_, found := slices.BinarySearch(again.selected, r.Offset)
		return found
	}), again.refused...)
	return nil
}
