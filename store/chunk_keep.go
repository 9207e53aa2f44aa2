package store

import (
	"encoding/json"
	"slices"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// keep counts the outcomes and stores them with the former values, in one row
// for the chunk.
func (c *chunk) keep() error {
	c.count()
	if len(c.selected) == 0 {
		return nil
	}
	return c.keepHistory()
}

// count adds the outcomes up.
func (c *chunk) count() {
	c.tally = job.Tally{Updated: int64(len(c.changed)), Unchanged: int64(len(c.unchanged))}
	for _, r := range c.rejected {
		c.tally = c.tally.Count(r.Outcome)
	}
}

// moveCheckpoint moves the shard's checkpoint behind the chunk, and its counts
// with it. It stores how many records the next chunk is to take, so that the
// next lease need not start over with a small one.
func (c *chunk) moveCheckpoint(records int) error {
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
	pace, err := c.shard.paceAfter(n.Tried(), ended)
	if err != nil {
		return err
	}
	c.t.touch(c.l.JobID)
	return c.t.Run(`UPDATE shards SET next_rid = ?, open = ?, updated = updated + ?, unchanged = unchanged + ?, skipped = skipped + ?,
			conflicted = conflicted + ?, failed = failed + ?, summary = ?, beat = beat + 1, beat_at = ?, revision = revision + 1,
			chunk_at = ?, recent = ?, pace = ?, chunk_records = ?, fruitless = 0, fruitless_since = NULL, wait_reason = NULL
		WHERE workspace = ? AND job = ? AND no = ?`,
		next, sqldb.Flag(c.more), n.Updated, n.Unchanged, n.Skipped, n.Conflicted, n.Failed, summary, c.t.Now,
		ended, recent, pace, records, c.l.Workspace, c.l.Job, c.l.Shard)
}

// keepHistory writes the chunk's row of former values and outcomes.
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
	var rejected any
	if len(c.rejected) > 0 {
		slices.SortFunc(c.rejected, func(a, b rejection) int { return int(a.Offset) - int(b.Offset) })
		text, err := json.Marshal(c.rejected)
		if err != nil {
			return err
		}
		rejected = string(text)
	}
	conflicts, err := packConflicts(c.rejected)
	if err != nil {
		return err
	}
	return c.t.Run(`INSERT INTO changes (workspace, job, first_rid, last_rid, at, updated, unchanged, former, written, refused, conflicts)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.l.Workspace, c.l.Job, c.base, c.last, c.t.Now, updated, unchanged, former, written, rejected, conflicts)
}

// packed returns what is kept of the updated records: their former values, and those
// that an undo or a computation gave them, which are in no patch. Both are nil if no
// record was updated.
func (c *chunk) packed() (former, written []byte) {
	if len(c.changed) == 0 {
		return nil, nil
	}
	former = packValues(c.a.read, c.former)
	if c.l.RestoreSource != 0 || c.l.Patch.Compute != nil {
		written = packValues(c.given, c.values)
	}
	return former, written
}

// summarise returns the shard's summary of reasons with those of the chunk.
func (c *chunk) summarise() (string, error) {
	if len(c.rejected) == 0 {
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
	r.addAll(c)
	return r.addTo(list, c.q, c.d, c.l.Workspace, c.l.Model)
}
