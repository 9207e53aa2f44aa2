package store

import (
	"math"
	"slices"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// maxSpread is how many numbers a chunk may span for each one selected and
// still be read as a range. A sparser chunk names its records instead: walking
// past a record costs about an eighth of looking one up.
const maxSpread = 8

// A chunk is the part of a shard that one transaction works on. Numbers are
// offsets from base. It is read first, in the transaction or in a snapshot
// before it, and then written.
type chunk struct {
	d        *Dialect
	q        reading
	t        *tx // that writes; nil before
	l        job.Lease
	filter   condition
	cheap    bool // the filter may be evaluated while the writer is held
	a        assignment
	shard    shardRow
	base     int64
	last     int64          // number of the last selected record
	selected []uint32       // what is to get an outcome
	more     bool           // the shard has further selected records
	asked    int            // how many it was to take
	bytes    int64          // about what the values take that are read and written
	guarded  []*model.Field // whose values are read without having been measured
	longest  int64          // bytes that one of these may have
	long     bool           // values are measured before they are read
	reading  time.Duration

	changes
	seen          map[uint32]uint32 // versions of what is read before the transaction, else nil
	moment        moment
	ranged        bool // what matches in the range is what was selected
	refused       []refusal
	restoreSource map[int64]foundResult // of an undo: what its source did
	tally         job.Tally
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
	Records int64 `db:"chunk_records"`
}

// A refusal is the outcome of one record that was not updated, and why.
type refusal struct {
	Offset  uint32      `json:"n"`
	Outcome job.Outcome `json:"o"`
	Code    string      `json:"c"`
	Pointer string      `json:"p,omitempty"`

	conflict *metChange // of an undo; kept apart, as long as former values are
}

// readShard reads a shard's row.
func readShard(q reading, l job.Lease) (shardRow, error) {
	var rows []shardRow
	err := q.List(&rows, `SELECT next_rid, before_rid, summary, COALESCE(chunk_at, 0) AS chunk_at, recent, chunk_records,
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
	if c.seen != nil {
		c.seen = make(map[uint32]uint32, len(numbers))
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

// cut leaves all records but the first n to the chunks that follow.
func (c *chunk) cut(n int) {
	if len(c.selected) == 0 {
		return
	}
	if n < len(c.selected) {
		c.selected, c.more, c.ranged = c.selected[:n], true, false
		c.changes = c.changes.only(c.selected)
		c.refused = slices.DeleteFunc(c.refused, func(r refusal) bool { return r.Offset > c.selected[n-1] })
	}
	c.last = c.base + int64(c.selected[len(c.selected)-1])
}
