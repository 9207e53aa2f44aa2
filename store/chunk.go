package store

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// maxSpread is how many numbers a chunk may span for each one selected and
// still be read as a range. A sparser chunk names its records instead: walking
// past a record costs about an eighth of looking one up.
const maxSpread = 8

// A chunk is the part of a shard that one transaction works on. Numbers are
// offsets from base. It is read first, in the transaction or in a snapshot
// before it, and then written.
type chunk struct {
	d        *sqldb.Dialect
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

// find reads what becomes of every selected record.
func (c *chunk) find() error {
	if len(c.selected) == 0 {
		return nil
	}
	if c.l.RestoreSource != 0 {
		return c.findRestored()
	}
	return c.findPatched()
}

// findPatched finds the outcomes of a patch. Membership decides, never the
// range: what matches in the range is compared with what was selected.
func (c *chunk) findPatched() error {
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
	c.ranged = ranged && !extra && len(missing) == 0
	return c.merge()
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
		there, err := c.readListed(missing, everything)
		c.refuseAll(without(missing, there.matched()), job.Skipped, "not_found")
		c.changes = c.changes.merge(there)
		return err
	}
	// What is not written is not locked: its turn in the order of numbers is
	// over, and two chunks could wait for one another.
	there, err := c.versions(missing)
	for _, n := range missing {
		if _, ok := there[n]; ok {
			c.refuse(n, job.Skipped, "no_longer_matches")
		} else {
			c.refuse(n, job.Skipped, "not_found")
		}
	}
	if c.seen != nil {
		maps.Copy(c.seen, there)
	}
	return err
}

// write writes the new values: one patch for all, or values for each record.
func (c *chunk) write() error {
	switch {
	case len(c.changed) == 0:
		return nil
	case len(c.given) > 0:
		return c.writeEach()
	}
	return c.writeAll()
}

// count adds the outcomes up.
func (c *chunk) count() {
	c.tally = job.Tally{Updated: int64(len(c.changed)), Unchanged: int64(len(c.unchanged))}
	for _, r := range c.refused {
		c.tally = c.tally.Count(r.Outcome)
	}
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

// fail makes a fault the outcome of the chunk's one record. It names the field
// of the patch whose value was refused.
func (c *chunk) fail(f sqldb.DataFault) {
	r := refusal{Outcome: job.RecordFail, Code: f.Code}
	if f.Code == sqldb.CodeUnique {
		r.Code = sqldb.CodeConstraint // of what the patch does not set
	}
	for _, s := range c.l.Patch.Sets {
		if refusedBy(c.l.Model, s.Field, f.Column) {
			r.Code, r.Pointer = f.Code, s.Pointer
		}
	}
	c.changes, c.refused = changes{}, []refusal{r}
}

// advance keeps what the chunk did and moves the shard's checkpoint behind
// it. The shard keeps how many records the next chunk is to take, too, so that
// whoever goes on does not begin anew.
func (c *chunk) advance(records int) error {
	c.count()
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
	n, ended := c.tally, c.t.Clock()
	recent, err := c.shard.recentAfter(n.Tried(), ended)
	if err != nil {
		return err
	}
	c.t.touch(c.l.JobID)
	return c.t.Run(`UPDATE shards SET next_rid = ?, open = ?, updated = updated + ?, unchanged = unchanged + ?, skipped = skipped + ?,
			conflicted = conflicted + ?, failed = failed + ?, summary = ?, beat = beat + 1, beat_at = ?, revision = revision + 1,
			chunk_at = ?, recent = ?, chunk_records = ?, fruitless = 0, fruitless_since = NULL, wait_reason = NULL
		WHERE workspace = ? AND job = ? AND no = ?`,
		next, sqldb.Flag(c.more), n.Updated, n.Unchanged, n.Skipped, n.Conflicted, n.Failed, summary, c.t.Now,
		ended, recent, records, c.l.Workspace, c.l.Job, c.l.Shard)
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
	former, written := c.packed()
	var refused any
	if len(c.refused) > 0 {
		slices.SortFunc(c.refused, func(a, b refusal) int { return int(a.Offset) - int(b.Offset) })
		text, err := json.Marshal(c.refused)
		if err != nil {
			return err
		}
		refused = string(text)
	}
	conflicts, err := packConflicts(c.refused)
	if err != nil {
		return err
	}
	return c.t.Run(`INSERT INTO changes (workspace, job, first_rid, last_rid, at, updated, unchanged, former, written, refused, conflicts)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.l.Workspace, c.l.Job, c.base, c.last, c.t.Now, updated, unchanged, former, written, refused, conflicts)
}

// packed is what is kept of the updated records: their former values, and what
// they were given where that is not the patch's alone. nil where none was.
func (c *chunk) packed() (former, written []byte) {
	if len(c.changed) == 0 {
		return nil, nil
	}
	former = packValues(c.a.read, c.former)
	if c.l.RestoreSource != 0 {
		written = packValues(c.a.read, c.values)
	}
	return former, written
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
	list, err := c.addReasons(list)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// addReasons adds the chunk's reasons to a summary.
func (c *chunk) addReasons(list []job.ErrorSummary) ([]job.ErrorSummary, error) {
	var r reasons
	r.addAll(c.base, c.refused)
	return r.addTo(list, c.q, c.d, c.l.Workspace, c.l.Model)
}
