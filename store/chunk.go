package store

import (
	"context"
	"encoding/json"
	"math"
	"slices"

	"bulkpatch/job"
)

// maxSpread is how many numbers a chunk may span for each one selected and
// still be updated as a range. A sparser chunk names its records instead:
// walking past a record costs about an eighth of looking one up.
const maxSpread = 8

// ApplyChunk updates the next records of the leased shard, at most limit, and
// in the same transaction keeps their former values, counts each one's
// outcome and moves the checkpoint.
//
// It changes nothing and returns [job.ErrStopped] if the job was paused or
// cancelled, [job.ErrLeaseLost] if another worker holds the shard, or
// [job.ErrRefused] if the database refused the values of one of several
// records: try again with fewer. A single record that is refused is recorded
// as failed.
func (s *Store) ApplyChunk(ctx context.Context, l job.Lease, limit int) (job.Step, error) {
	var step job.Step
	err := s.inLargeTx(ctx, func(t *tx) error {
		c, err := t.openChunk(l, limit)
		if err != nil {
			return err
		}
		if len(c.selected) > 0 {
			if err := c.apply(); err != nil {
				return err
			}
		}
		if err := c.advance(); err != nil {
			return err
		}
		step = job.Step{Done: !c.more, N: c.tally.Tried()}
		step.Tally, err = t.tally(l.Ref)
		return err
	})
	if _, refused := s.d.refusal(err); refused && limit > 1 {
		return step, job.ErrRefused
	}
	return step, err
}

// A chunk is the part of a shard that one transaction works on. Numbers are
// offsets from base.
type chunk struct {
	t        *tx
	l        job.Lease
	a        assignment
	shard    shardRow
	base     int64
	last     int64    // number of the last selected record
	selected []uint32 // what is to get an outcome
	more     bool     // the shard has further selected records

	changes
	written [][]byte // of an undo: for each kept field the new values, as former holds the old ones
	refused []refusal
	tally   job.Tally
}

// shardRow is what a chunk needs to know of its shard.
type shardRow struct {
	Next    int64  `db:"next_rid"`
	Before  int64  `db:"before_rid"`
	Summary string `db:"summary"`
	ChunkAt int64  `db:"chunk_at"`
	Rate    float64
}

// A refusal is the outcome of one record that was not updated, and why.
type refusal struct {
	Offset  uint32      `json:"n"`
	Outcome job.Outcome `json:"o"`
	Code    string      `json:"c"`
	Pointer string      `json:"p,omitempty"`
}

// openChunk checks the fence and takes the next numbers behind the
// checkpoint.
func (t *tx) openChunk(l job.Lease, limit int) (*chunk, error) {
	if err := t.fence(l, job.Running); err != nil {
		return nil, err
	}
	c := &chunk{t: t, l: l, a: t.d.assign(l.Patch.Sets, t.now).require(l.Patch.Sets)}
	if _, err := t.get(&c.shard, `SELECT next_rid, before_rid, summary, COALESCE(chunk_at, 0) AS chunk_at, rate FROM shards
		WHERE workspace = ? AND job = ? AND no = ?`, l.Workspace, l.Job, l.Shard); err != nil {
		return nil, err
	}
	numbers, err := nextNumbers(t, l.Workspace, l.Job, c.shard.Next, c.shard.Before, limit+1)
	if err != nil || len(numbers) == 0 {
		return c, err
	}
	if len(numbers) > limit {
		numbers, c.more = numbers[:limit], true
	}
	c.base = numbers[0]
	if far := slices.IndexFunc(numbers, func(rid int64) bool { return rid-c.base > math.MaxUint32 }); far > 0 {
		numbers, c.more = numbers[:far], true
	}
	c.last = numbers[len(numbers)-1]
	c.selected = make([]uint32, len(numbers))
	for i, rid := range numbers {
		c.selected[i] = uint32(rid - c.base)
	}
	return c, nil
}

// apply gives every selected record its outcome.
func (c *chunk) apply() error {
	if c.l.Source != 0 {
		return c.restore()
	}
	return c.patch()
}

// patch applies the job's patch. Membership decides, never the range: what
// matches in the range is compared with what was selected. When both are the
// same, one statement over the range does the work, and otherwise one over
// the listed records.
func (c *chunk) patch() error {
	ranged := c.last-c.base < int64(len(c.selected))*maxSpread
	var err error
	if c.changes, err = c.read(ranged); err != nil {
		return err
	}
	missing, extra := c.compare()
	if extra {
		c.changes = c.changes.only(c.selected)
	}
	if len(missing) > 0 {
		if err := c.settleMissing(missing); err != nil {
			return err
		}
	}
	c.refuseLacking()
	ranged = ranged && !extra && len(missing) == 0
	return c.commit(func() error { return c.write(ranged) })
}

// compare finds the selected records that did not match, and whether any
// matched that was not selected.
func (c *chunk) compare() (missing []uint32, extra bool) {
	matched := c.matched()
	if slices.Equal(matched, c.selected) {
		return nil, false
	}
	missing = without(c.selected, matched)
	return missing, len(matched)+len(missing) > len(c.selected)
}

// settleMissing deals with selected records that no longer match: they are
// skipped, or with force updated all the same; those that are gone are
// skipped in any case.
func (c *chunk) settleMissing(missing []uint32) error {
	if c.l.Options.OnMismatch == job.Force {
		there, err := c.readListed(missing, "1 = 1", nil)
		c.refuseAll(without(missing, there.matched()), job.Skipped, "not_found")
		c.changes = c.changes.merge(there)
		return err
	}
	// What is not written is not locked: its turn in the order of numbers is
	// over, and two chunks could wait for one another.
	there, err := c.existing(missing)
	c.refuseAll(without(missing, there), job.Skipped, "not_found")
	c.refuseAll(there, job.Skipped, "no_longer_matches")
	return err
}

// commit writes the new values and counts the outcomes. A chunk of one record
// bears its refusal itself; a larger one passes it on, and is rolled back.
func (c *chunk) commit(write func() error) error {
	if err := c.attempt(write); err != nil {
		return err
	}
	c.tally = job.Tally{Updated: int64(len(c.changed)), Unchanged: int64(len(c.unchanged))}
	for _, r := range c.refused {
		c.tally = c.tally.Count(r.Outcome)
	}
	return nil
}

func (c *chunk) attempt(write func() error) error {
	if len(c.changed) == 0 {
		return nil
	}
	if len(c.selected) > 1 {
		return write()
	}
	err := c.t.attempt(write)
	column, refused := c.t.d.refusal(err)
	if !refused {
		return err
	}
	c.refused = append(c.refused, c.t.refusalOfRecord(c.l, c.changed[0], column))
	c.changes, c.written = changes{}, nil
	return nil
}

func (c *chunk) refuse(offset uint32, o job.Outcome, code string) {
	c.refused = append(c.refused, refusal{Offset: offset, Outcome: o, Code: code})
}

func (c *chunk) refuseAll(offsets []uint32, o job.Outcome, code string) {
	for _, n := range offsets {
		c.refuse(n, o, code)
	}
}

// refuseLacking fails the records that lack what the patch's values need. The
// others go on.
func (c *chunk) refuseLacking() {
	for i, list := range c.lacking {
		for _, n := range list {
			r := c.a.needs[i].refusal
			r.Offset = n
			c.refused = append(c.refused, r)
		}
	}
}

// refusalOfRecord names the field of the patch whose value was refused.
func (t *tx) refusalOfRecord(l job.Lease, offset uint32, column string) refusal {
	r := refusal{Offset: offset, Outcome: job.RecordFail, Code: "constraint"}
	for _, s := range l.Patch.Sets {
		if s.Field.Column == column {
			r.Code, r.Pointer = "unique", s.Pointer
		}
	}
	return r
}

// advance keeps what the chunk did and moves the shard's checkpoint behind
// it.
func (c *chunk) advance() error {
	if len(c.selected) > 0 {
		if err := c.keepHistory(); err != nil {
			return err
		}
	}
	summary, err := c.summarise()
	if err != nil {
		return err
	}
	next := c.shard.Before
	if c.more {
		next = c.last + 1
	}
	c.t.touch(c.l.JobID)
	n, ended := c.tally, c.t.clock()
	return c.t.exec1(`UPDATE shards SET next_rid = ?, open = ?, updated = updated + ?, unchanged = unchanged + ?, skipped = skipped + ?,
			conflicted = conflicted + ?, failed = failed + ?, summary = ?, beat = beat + 1, beat_at = ?, revision = revision + 1,
			chunk_at = ?, rate = ?, wait_reason = NULL
		WHERE workspace = ? AND job = ? AND no = ?`,
		next, flag(c.more), n.Updated, n.Unchanged, n.Skipped, n.Conflicted, n.Failed, summary, c.t.now,
		ended, c.rate(ended), c.l.Workspace, c.l.Job, c.l.Shard)
}

// keepHistory writes the chunk's one row of former values and outcomes.
func (c *chunk) keepHistory() error {
	updated, err := packNumbers(c.changed)
	if err != nil {
		return err
	}
	unchanged, err := packNumbers(c.unchanged)
	if err != nil {
		return err
	}
	var former []byte
	if len(c.changed) > 0 {
		former = packValues(c.a.kept, c.former)
	}
	var written []byte
	if len(c.written) > 0 {
		written = packValues(c.a.kept, c.written)
	}
	var refused any
	if len(c.refused) > 0 {
		slices.SortFunc(c.refused, func(a, b refusal) int { return int(a.Offset) - int(b.Offset) })
		text, err := json.Marshal(c.refused)
		if err != nil {
			return err
		}
		refused = string(text)
	}
	return c.t.exec1(`INSERT INTO changes (workspace, job, first_rid, last_rid, at, updated, unchanged, former, written, refused)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.l.Workspace, c.l.Job, c.base, c.last, c.t.now, updated, unchanged, former, written, refused)
}

// summarise adds the chunk's reasons to those of its shard.
func (c *chunk) summarise() (string, error) {
	if len(c.refused) == 0 {
		return c.shard.Summary, nil
	}
	var list []job.ErrorSummary
	if err := json.Unmarshal([]byte(c.shard.Summary), &list); err != nil {
		return "", err
	}
	list, err := c.t.addReasons(list, c.l.Workspace, c.l.Model, c.base, c.refused)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// smoothing is the weight of the newest chunk in the rate that users see.
const smoothing = 0.3

// rate is how many records a second the shard works off, smoothed over its
// last chunks.
func (c *chunk) rate(ended int64) float64 {
	seconds := float64(ended-c.shard.ChunkAt) / 1e6
	if seconds <= 0 {
		return c.shard.Rate
	}
	latest := float64(c.tally.Tried()) / seconds
	if c.shard.Rate == 0 {
		return latest
	}
	return smoothing*latest + (1-smoothing)*c.shard.Rate
}
