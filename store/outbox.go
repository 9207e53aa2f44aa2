package store

import (
	"cmp"
	"context"
	"slices"

	"bulkpatch/job"
)

const ringColumns = `workspace, job, shard, epoch, seq, single, wait`

// Singles lists the rings of single-record patches, oldest first.
func (s *Store) Singles(ctx context.Context, limit int) ([]job.Ring, error) {
	var rings []job.Ring
	err := s.read.SelectContext(ctx, &rings, s.d.rebind(`SELECT `+ringColumns+` FROM outbox
		WHERE single = 1 ORDER BY place LIMIT ?`), limit)
	return rings, s.d.classify(err)
}

// inFlight counts the shards of a ring's job that Redis was told of and that
// have not ended or been given back since.
const inFlight = `(SELECT COUNT(*) FROM shards s WHERE s.workspace = waiting.workspace AND s.job = waiting.job AND s.open = 1
	AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = s.workspace AND o.job = s.job AND o.shard = s.no))`

// Bulks lists the rings of bulk shards, each with how many of its job are in
// flight: of each workspace at most perWorkspace, those without a wait first
// and of them the oldest.
func (s *Store) Bulks(ctx context.Context, perWorkspace int) ([]job.Ring, error) {
	var rings []job.Ring
	err := s.read.SelectContext(ctx, &rings, s.d.rebind(`SELECT `+ringColumns+`, `+inFlight+` AS in_flight FROM (
			SELECT *, row_number() OVER (PARTITION BY workspace ORDER BY CASE wait WHEN 0 THEN 0 ELSE 1 END, place) AS turn
			FROM outbox WHERE single = 0) AS waiting
		WHERE turn <= ? ORDER BY turn, place`), perWorkspace)
	return rings, s.d.classify(err)
}

// Sent removes rings that Redis has been told of. A ring that was put in
// their place meanwhile stays. They go in the order of their keys, so that two
// relays cannot wait for one another.
func (s *Store) Sent(ctx context.Context, rings []job.Ring) error {
	rings = slices.SortedFunc(slices.Values(rings), func(a, b job.Ring) int {
		return cmp.Or(cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Job, b.Job), cmp.Compare(a.Shard, b.Shard))
	})
	return s.inTx(ctx, func(t *tx) error {
		for _, r := range rings {
			if err := t.exec1(`DELETE FROM outbox WHERE workspace = ? AND job = ? AND shard = ? AND seq = ?`,
				r.Workspace, r.Job, r.Shard, r.Seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unsent notes why the rings of a workspace cannot be sent now, so that users
// see what their jobs wait for; "" when they can be again. What has the note
// already is left alone, and so is a job that has ended: its ring was sent,
// and the relay died before it could say so.
func (s *Store) Unsent(ctx context.Context, workspace int64, reason string) error {
	const other = `workspace = ? AND COALESCE(reason, '') <> ?`
	return s.inTx(ctx, func(t *tx) error {
		if err := t.exec1(`UPDATE jobs SET revision = revision + 1 WHERE workspace = ? AND num IN (SELECT job FROM outbox WHERE `+other+`)
				AND state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled')`,
			workspace, workspace, reason); err != nil {
			return err
		}
		return t.exec1(`UPDATE outbox SET reason = NULLIF(?, '') WHERE `+other, reason, workspace, reason)
	})
}

// pulseQuery finds the work that Redis was told of and that has not ended:
// open shards, singles, stops to settle and jobs to finish.
const pulseQuery = `SELECT j.workspace, j.num AS job, COALESCE(s.no, 0) AS shard,
		COALESCE(s.epoch, 0) AS epoch, COALESCE(s.beat, 0) AS beat,
		j.kind = 'single' AS single, j.state IN ('pausing', 'cancelling') AS stopping,
		j.kind <> 'single' AND s.no IS NULL AS idle
	FROM jobs j LEFT JOIN shards s ON s.workspace = j.workspace AND s.job = j.num AND s.open = 1
	WHERE j.state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled') AND j.state <> 'paused'
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = j.workspace AND o.job = j.num AND o.shard = COALESCE(s.no, 0))
		AND j.num >= ? AND (j.num > ? OR COALESCE(s.no, 0) > ?)
	ORDER BY j.num, shard LIMIT ?`

// Pulses lists the signs of life of work that ought to be under way: rung for
// and not ended. They are in the order of jobs and shards, the oldest first,
// and begin behind after; the zero value begins with all.
func (s *Store) Pulses(ctx context.Context, after job.Ref, limit int) ([]job.Pulse, error) {
	var pulses []job.Pulse
	err := s.read.SelectContext(ctx, &pulses, s.d.rebind(pulseQuery), after.Job, after.Job, after.Shard, limit)
	return pulses, s.d.classify(err)
}

// RingAgain puts work into the outbox whose pulse has stood still. It does
// nothing when the work has moved since, or somebody has the shard in a
// transaction: that is a sign of life too.
func (s *Store) RingAgain(ctx context.Context, p job.Pulse) error {
	return s.inTx(ctx, func(t *tx) error {
		if !p.Single {
			var still int
			ok, err := t.get(&still, `SELECT 1 FROM shards WHERE workspace = ? AND job = ? AND no = ? AND open = 1 AND epoch = ? AND beat = ?`+t.d.ifFree("shards"),
				p.Workspace, p.Job, p.Shard, p.Epoch, p.Beat)
			if err != nil || !ok {
				return err
			}
		}
		return t.ring(p.Ref, p.Single, p.Epoch, 0)
	})
}
