package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// How much one step of a purge removes. The steps are small so that they do not
// hold up others.
const (
	purgeChunks           = 10 // rows of changes, each of one chunk
	purgeRecords          = 1000
	purgeRounds           = 100 // steps of purgeRecords for one look at the jobs
	purgeTombstonesAtOnce = 500 // tombstones
)

// notNeeded is the condition that no unfinished job needs job j: its outcomes for a
// retry, or its former values for an undo.
var notNeeded = `NOT EXISTS (SELECT 1 FROM jobs h WHERE h.workspace = j.workspace AND (h.origin = j.num OR h.source = j.num)
	AND h.` + unfinished + `)`

// Purge removes some of what is kept beyond its retention: it replaces expired
// jobs by tombstones, deletes the rows of jobs that have one, deletes former
// values, files, tombstones, audit entries, the names of deleted records and expired
// sessions. more reports that another call would find something to do.
//
// What an unfinished job refers to stays. A job is replaced by its tombstone before
// its rows are deleted, so that nobody can read, retry or undo a part of a job.
func (s *Store) Purge(ctx context.Context) (more bool, err error) {
	for _, step := range []func(*tx) (bool, error){s.expireJob, s.purgeRows, s.purgeValues, s.forgetGenerated, purgeSessions, s.purgeFiles} {
		err := s.inLargeTx(ctx, func(t *tx) error {
			more, err = step(t)
			return err
		})
		if err != nil || more {
			return more, err
		}
	}
	if err := s.purgeTombstones(ctx); err != nil {
		return false, err
	}
	if err := s.purgeEntries(ctx); err != nil {
		return false, err
	}
	return s.purgeNames(ctx)
}

type expiring struct {
	Workspace int64
	Num       int64
	ID        string
}

// stillFree checks again that no unfinished job needs j, now that j is locked. To
// accept a retry or undo locks its parent job first.
func (t *tx) stillFree(j expiring) (bool, error) {
	var num int64
	return t.Get(&num, `SELECT num FROM jobs j WHERE workspace = ? AND num = ? AND `+notNeeded, j.Workspace, j.Num)
}

// purgeValues deletes the former values of some chunks of one job. It goes on where
// the previous step ended.
func (s *Store) purgeValues(t *tx) (bool, error) {
	var j struct {
		expiring
		Kept keptFrom
	}
	ok, err := t.Get(&j, `SELECT workspace, num, id, values_kept AS kept FROM jobs j WHERE `+hasValues+` AND left_at IS NULL AND finished_at < ? AND `+notNeeded+`
		ORDER BY finished_at LIMIT 1`+t.Dialect.IfFree("j"), t.Now-s.undo.Microseconds())
	if err != nil || !ok {
		return false, err
	}
	if free, err := t.stillFree(j.expiring); err != nil || !free {
		return err == nil, err
	}
	last, found, err := t.forgetValues(j.expiring, j.Kept.first())
	if err != nil {
		return false, err
	}
	left := keptNothing
	if found {
		left = keptBehind(last)
	}
	t.touch(j.ID)
	if j.Kept == keptEverything {
		if err := t.releaseFile(j.expiring); err != nil {
			return false, err
		}
	}
	// From the first step on no undo is accepted, because some values are gone.
	return true, t.Run(`UPDATE jobs SET values_kept = ?, revision = revision + ? WHERE workspace = ? AND num = ?`,
		int64(left), sqldb.Flag(j.Kept == keptEverything || !found), j.Workspace, j.Num)
}

// forgetValues deletes the former values of a job's next chunks from a record on.
// It returns the last of these chunks, if there is any.
func (t *tx) forgetValues(j expiring, from int64) (last int64, found bool, err error) {
	var chunks []int64
	err = t.List(&chunks, forgottenQuery, j.Workspace, j.Num, from, purgeChunks)
	if err != nil || len(chunks) == 0 {
		return 0, false, err
	}
	last = chunks[len(chunks)-1]
	return last, true, t.Run(`UPDATE changes SET former = NULL, written = NULL, conflicts = NULL WHERE workspace = ? AND job = ? AND first_rid BETWEEN ? AND ?
		AND (former IS NOT NULL OR conflicts IS NOT NULL)`,
		j.Workspace, j.Num, from, last)
}

const forgottenQuery = `SELECT first_rid FROM changes WHERE workspace = ? AND job = ? AND first_rid >= ? ORDER BY first_rid LIMIT ?`

// expireJob replaces one expired job by a tombstone. Later steps delete its rows.
func (s *Store) expireJob(t *tx) (bool, error) {
	var j expiring
	ok, err := t.Get(&j, `SELECT workspace, num, id FROM jobs j WHERE left_at IS NULL AND finished_at < ? AND `+notNeeded+`
		ORDER BY finished_at LIMIT 1`+t.Dialect.IfFree("j"), t.Now-s.keep.Microseconds())
	if err != nil || !ok {
		return false, err
	}
	if free, err := t.stillFree(j); err != nil || !free {
		return err == nil, err
	}
	return true, t.writeTombstone(j)
}

// rowsOf are the tables that hold what a job did, each with the rest of its key.
var rowsOf = map[string]string{"changes": "first_rid", "selection": `"window"`, "row_numbers": `"window"`, "row_outcomes": "first_row"}

// rowsNotNeeded is the condition that no job shows rows of job j: retries and previews
// of a file job have the row numbers of the first job of their chain.
const rowsNotNeeded = `NOT EXISTS (SELECT 1 FROM jobs h WHERE h.workspace = j.workspace AND h.file = j.file AND h.left_at IS NULL)`

// purgeRows deletes some rows of one job that was replaced by a tombstone.
func (s *Store) purgeRows(t *tx) (bool, error) {
	var j expiring
	ok, err := t.Get(&j, `SELECT workspace, num, id FROM jobs j WHERE `+hasValues+` AND left_at IS NOT NULL AND finished_at < ? AND `+rowsNotNeeded+`
		ORDER BY finished_at LIMIT 1`+t.Dialect.IfFree("j"), t.Now-s.keep.Microseconds())
	if err != nil || !ok {
		return false, err
	}
	for table, key := range rowsOf {
		n, err := t.Exec(`DELETE FROM `+table+` WHERE workspace = ? AND job = ? AND `+key+` IN (
				SELECT `+key+` FROM `+table+` WHERE workspace = ? AND job = ? LIMIT ?)`,
			j.Workspace, j.Num, j.Workspace, j.Num, purgeChunks)
		if err != nil || n > 0 {
			return true, err
		}
	}
	return true, t.Run(`UPDATE jobs SET values_kept = 0 WHERE workspace = ? AND num = ?`, j.Workspace, j.Num)
}

// writeTombstone makes a tombstone of a job: it keeps the id, state, counts, who
// made it and when, and that its rows are still to be deleted.
func (t *tx) writeTombstone(j expiring) error {
	sum, err := t.tally(job.Ref{Workspace: j.Workspace, Job: j.Num})
	if err != nil {
		return err
	}
	for _, table := range []string{"shards", "webhooks", "idempotency" + t.Dialect.IndexedBy("idempotency_of_job")} {
		if err := t.Run(`DELETE FROM `+table+` WHERE workspace = ? AND job = ?`, j.Workspace, j.Num); err != nil {
			return err
		}
	}
	if err := t.releaseFile(j); err != nil {
		return err
	}
	t.touch(j.ID)
	return t.Run(`UPDATE jobs SET left_at = ?, filter = NULL, patch = NULL, compute = NULL, target = NULL, change = '', options = '{}', preview = NULL, summary = '[]',
			digest = '', expected = '', confirms = '', record_id = NULL, rid = NULL, note_words = NULL, traceparent = NULL, transitions = '', values_kept = 2, revision = revision + 1,
			updated = updated + ?, unchanged = unchanged + ?, skipped = skipped + ?, conflicted = conflicted + ?, failed = failed + ?
		WHERE workspace = ? AND num = ?`, t.Now, sum.Updated, sum.Unchanged, sum.Skipped, sum.Conflicted, sum.Failed, j.Workspace, j.Num)
}

// purgeNames deletes the names of records that were deleted long enough ago, and
// before any job was accepted whose results may still name them. One call deletes
// some thousands. It looks for them outside the write transaction: a job that is
// accepted meanwhile cannot select a deleted record.
func (s *Store) purgeNames(ctx context.Context) (more bool, err error) {
	before, due, err := s.namesBefore(ctx)
	if err != nil || !due {
		return false, err
	}
	for range purgeRounds {
		var n int64
		err := s.inLargeTx(ctx, func(t *tx) (err error) {
			n, err = t.Exec(`DELETE FROM departed WHERE (workspace, model, rid) IN (
				SELECT workspace, model, rid FROM departed WHERE deleted_at < ? LIMIT ?)`, before, purgeRecords)
			return err
		})
		if err != nil || n == 0 {
			return false, err
		}
	}
	return true, nil
}

// namesBefore returns a time: the names of records that were deleted before it can
// be deleted. due reports whether there are any.
func (s *Store) namesBefore(ctx context.Context) (before int64, due bool, err error) {
	before = s.db.Now().Add(-s.keep).UnixMicro()
	err = s.inWork(ctx, func(db *sqlx.Tx) error {
		var some []int64
		if err := db.SelectContext(ctx, &some, s.db.Dialect.Rebind(`SELECT 1 FROM departed WHERE deleted_at < ? LIMIT 1`), before); err != nil || len(some) == 0 {
			return err // there are mostly none, and then there is no need to look at the jobs
		}
		due = true
		for _, query := range []string{oldestKept, oldestFollowed} {
			var oldest *int64
			if err := db.GetContext(ctx, &oldest, query); err != nil {
				return err
			}
			if oldest != nil {
				before = min(before, *oldest)
			}
		}
		return nil
	})
	return before, due, err
}

// When the first job was accepted whose selection is still in use: a job that is
// kept, or a direct or indirect parent job of one that is kept, which may be a
// tombstone.
const (
	oldestKept     = `SELECT MIN(created_at) FROM jobs WHERE left_at IS NULL`
	oldestFollowed = `WITH RECURSIVE back (workspace, origin, created_at) AS (
			SELECT workspace, origin, created_at FROM jobs WHERE left_at IS NULL AND origin IS NOT NULL
			UNION
			SELECT o.workspace, o.origin, o.created_at FROM back b JOIN jobs o ON o.workspace = b.workspace AND o.num = b.origin
		)
		SELECT MIN(created_at) FROM back`
)
