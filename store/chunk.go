package store

import (
	"math"
	"slices"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
	"bulkpatch/trace"
)

// A chunk is the part of a job that one transaction carries out. Its records
// are kept as offsets from the first one's number.
type chunk struct {
	d      *sqldb.Dialect
	q      reading
	t      *tx // the transaction that writes the chunk; nil while it is read ahead
	l      job.Lease
	filter condition
	cheap  bool     // the filter may be evaluated while the writer is held
	shard  shardRow // of a bulk job
	a      assignment

	base     int64    // number of the first selected record
	last     int64    // number of the last selected record
	selected []uint32 // the records that get an outcome
	more     bool     // the shard has further selected records
	asked    int      // how many records the chunk was to take

	bytes   int64          // estimate of the values that are read and written
	guarded []*model.Field // fields whose values are read without having been measured
	longest int64          // bytes that one of these values may have
	long    bool           // values are measured before they are read
	reading time.Duration  // how long reading ahead took

	at      int64                       // when its values are worked out: the time of computed stamps
	choices func(*model.Field) []string // of the workspace; see [patching]

	file    *fileWork // of a file job; nil for others
	rows    chunkRows
	items   []any           // what the row of the record that is worked on gives; see [model.Occasion]
	brought []broughtChoice // new choices of drop-downs

	changes
	ranged   bool // exactly the selected records of the range match
	rejected []rejection
	tally    job.Tally

	readVersions  map[uint32]uint32     // versions of the records that were read ahead; nil for a chunk read in its transaction
	moment        moment                // when the chunk was read ahead
	restoreSource map[int64]foundResult // of an undo: what its restore source did, by record number
}

// carryOut carries out one chunk of what owner stands for, in transaction t.
// Every chunk takes these steps, whichever way its records are written:
//
//  1. Lock the owner's row, and check that it may still be worked on.
//  2. Read the next selected records, and decide the outcome of each.
//  3. Write the new values, in one statement.
//  4. Keep the outcomes and the former values, in one row.
//  5. Move the owner's progress and counts.
//
// The [way] to write decides how step 2 finds outcomes and what step 3 writes.
// Steps 1 and 5 differ by owner, and so does what a fault in the data undoes. The
// span of the transaction has an event after each of the first three.
func carryOut(t *tx, owner chunkOwner) error {
	c, err := owner.lock(t)
	if err != nil || c == nil {
		return err
	}
	c.q, c.t = t, t
	span := trace.Of(t.Ctx)
	span.Event("locked")
	err = owner.isolate(c, func() error {
		if err := owner.read(c); err != nil {
			return err
		}
		span.Event("read")
		return c.write()
	})
	if err != nil {
		return err
	}
	span.Event("written")
	if err := c.keep(); err != nil {
		return err
	}
	t.note(job.Event{What: job.EventChunk, Kind: c.l.Kind, Tally: c.tally})
	return owner.advance(c)
}

// A chunkOwner is what a chunk is a part of: a shard of a bulk job
// ([shardChunk]), or a single-record job ([singleChunk]). A [failedChunk]
// stands for a shard whose next record cannot be written.
type chunkOwner interface {
	// lock locks the owner's row and returns the chunk to work on. It returns
	// nil where there is nothing to do.
	lock(t *tx) (*chunk, error)
	// read reads the chunk's records and decides the outcome of each.
	read(c *chunk) error
	// isolate calls change, which reads and writes the records. It decides
	// what a fault in their data undoes.
	isolate(c *chunk, change func() error) error
	// advance writes the owner's progress, counts and state.
	advance(c *chunk) error
}

// A way is one of the ways to give the records of a chunk new values: one
// patch for all of them ([onePatch]), or values for each ([valuesEach]). A
// single-record job uses the same two for its one record.
type way interface {
	// find reads the selected records and decides the outcome of each.
	find(c *chunk) error
	// update returns the statement that writes the new values of the changed
	// records.
	update(c *chunk) (query string, args []any)
}

// way returns the way to write the chunk. It may change when the values are
// measured: a merge whose result may be too large is computed for each record.
func (c *chunk) way() way {
	switch {
	case c.l.RestoreSource != 0:
		return valuesEach{restoring{}}
	case c.file != nil:
		return valuesEach{filling{}}
	case len(c.a.inGo) > 0:
		return valuesEach{patching{}}
	}
	return onePatch{}
}

// A reading runs queries: a transaction or a snapshot.
type reading interface {
	queryer
	Row(query string, args []any, dest ...any) (ok bool, err error)
}

// A condition selects records.
type condition struct {
	text string
	args []any
}

var everything = condition{text: "1 = 1"}

// shardRow is what a chunk needs to know of its shard.
type shardRow struct {
	Next    int64  `db:"next_rid"`
	Before  int64  `db:"before_rid"`
	Summary string `db:"summary"`
	ChunkAt int64  `db:"chunk_at"`
	Tried   int64
	Recent  string
	Pace    string
	Records int64 `db:"chunk_records"`
}

// A rejection is the outcome of one selected record that was not updated and
// did not have the values already, and why. The column refused keeps it.
type rejection struct {
	Offset  uint32      `json:"n"`
	Outcome job.Outcome `json:"o"`
	Code    string      `json:"c"`
	Pointer string      `json:"p,omitempty"`
	Detail  string      `json:"d,omitempty"` // of a row of a file; "" for what the code says

	conflict *metChange // of an undo; stored in its own column, as long as former values are kept
}

// readShard reads a shard's row.
func readShard(q reading, l job.Lease) (shardRow, error) {
	var rows []shardRow
	err := q.List(&rows, `SELECT next_rid, before_rid, summary, COALESCE(chunk_at, 0) AS chunk_at, recent, pace, chunk_records,
			updated + unchanged + skipped + conflicted + failed AS tried FROM shards
		WHERE workspace = ? AND job = ? AND no = ?`, l.Workspace, l.Job, l.Shard)
	if err != nil || len(rows) == 0 {
		return shardRow{}, err
	}
	return rows[0], nil
}

// choose takes the next selected numbers of the shard, at most limit.
func (c *chunk) choose(limit int) error {
	numbers, err := nextNumbers(c.q, c.l.Workspace, c.l.Job, c.shard.Next, c.shard.Before, limit+1)
	if err != nil || len(numbers) == 0 {
		return err
	}
	c.base = numbers[0]
	c.selected = make([]uint32, 0, len(numbers))
	if c.readVersions != nil {
		c.readVersions = make(map[uint32]uint32, len(numbers))
	}
	for _, rid := range numbers {
		if rid-c.base > math.MaxUint32 {
			break
		}
		c.selected = append(c.selected, uint32(rid-c.base))
	}
	c.more = len(c.selected) < len(numbers)
	c.cut(limit)
	return nil
}

// cut keeps the first n records. Later chunks take the others.
func (c *chunk) cut(n int) {
	if len(c.selected) == 0 {
		return
	}
	if n < len(c.selected) {
		c.selected, c.more, c.ranged = c.selected[:n], true, false
		c.changes = c.changes.only(c.selected)
		c.rejected = slices.DeleteFunc(c.rejected, func(r rejection) bool { return r.Offset > c.selected[n-1] })
	}
	c.last = c.base + int64(c.selected[len(c.selected)-1])
}

// cutBefore keeps the records before one of them.
func (c *chunk) cutBefore(offset uint32) {
	n, _ := slices.BinarySearch(c.selected, offset)
	c.cut(n)
}

// maxSpread is how many numbers a chunk may span for each selected one and
// still be read as a range. A sparser chunk names its records instead: walking
// past a record costs about an eighth of looking one up.
const maxSpread = 8

// isDense reports whether the chunk is read as a range.
func (c *chunk) isDense() bool {
	return c.last-c.base < int64(len(c.selected))*maxSpread
}
