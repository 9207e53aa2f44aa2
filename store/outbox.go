package store

import (
	"context"
	"time"

	"bulkpatch/job"
)

// Singles lists the rings of single-record patches that are due, oldest
// first.
func (s *Store) Singles(ctx context.Context, limit int) ([]job.Ring, error) {
	var rings []job.Ring
	err := s.read.SelectContext(ctx, &rings, s.d.rebind(`SELECT workspace, job, shard, epoch, seq, single FROM outbox
		WHERE single = 1 AND due_at <= ? ORDER BY due_at LIMIT ?`), s.nowMicros(), limit)
	return rings, s.d.classify(err)
}

// Bulks lists the rings of bulk shards that are due: of each workspace at
// most perWorkspace, those that have waited longest.
func (s *Store) Bulks(ctx context.Context, perWorkspace int) ([]job.Ring, error) {
	var rings []job.Ring
	err := s.read.SelectContext(ctx, &rings, s.d.rebind(`SELECT workspace, job, shard, epoch, seq, single FROM (
			SELECT *, row_number() OVER (PARTITION BY workspace ORDER BY due_at) AS turn
			FROM outbox WHERE single = 0 AND due_at <= ?) AS waiting
		WHERE turn <= ? ORDER BY turn, due_at`), s.nowMicros(), perWorkspace)
	return rings, s.d.classify(err)
}

// NextDue says how long it is until the next ring that is not due yet; ok is
// false when there is none.
func (s *Store) NextDue(ctx context.Context) (wait time.Duration, ok bool, err error) {
	var at *int64
	now := s.nowMicros()
	err = s.read.GetContext(ctx, &at, s.d.rebind(`SELECT MIN(due_at) FROM outbox WHERE due_at > ?`), now)
	if err != nil || at == nil {
		return 0, false, s.d.classify(err)
	}
	return time.Duration(*at-now) * time.Microsecond, true, nil
}

// Sent removes rings that Redis has been told of. A ring that was put in
// their place meanwhile stays.
func (s *Store) Sent(ctx context.Context, rings []job.Ring) error {
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

// pulseQuery finds the work that Redis was told of and that has not ended:
// open shards, singles, stops to settle and jobs to finish.
const pulseQuery = `SELECT j.workspace, j.num AS job, COALESCE(s.no, 0) AS shard,
		COALESCE(s.epoch, 0) AS epoch, COALESCE(s.beat, 0) AS beat,
		j.kind = 'single' AS single, j.state IN ('pausing', 'cancelling') AS stopping,
		j.kind <> 'single' AND s.no IS NULL AS idle
	FROM jobs j LEFT JOIN shards s ON s.workspace = j.workspace AND s.job = j.num AND s.open = 1
	WHERE j.state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled') AND j.state <> 'paused'
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = j.workspace AND o.job = j.num AND o.shard = COALESCE(s.no, 0))
	ORDER BY j.num, shard LIMIT ?`

// Pulses lists the signs of life of work that ought to be under way: rung for
// and not ended. Oldest jobs come first.
func (s *Store) Pulses(ctx context.Context, limit int) ([]job.Pulse, error) {
	var pulses []job.Pulse
	err := s.read.SelectContext(ctx, &pulses, s.d.rebind(pulseQuery), limit)
	return pulses, s.d.classify(err)
}

// RingAgain puts work into the outbox whose pulse has stood still. It does
// nothing when the work has moved since.
func (s *Store) RingAgain(ctx context.Context, p job.Pulse) error {
	return s.inTx(ctx, func(t *tx) error {
		if !p.Single {
			var still int
			ok, err := t.get(&still, `SELECT 1 FROM shards WHERE workspace = ? AND job = ? AND no = ? AND open = 1 AND epoch = ? AND beat = ?`,
				p.Workspace, p.Job, p.Shard, p.Epoch, p.Beat)
			if err != nil || !ok {
				return err
			}
		}
		return t.ring(p.Ref, p.Single, p.Epoch, t.now)
	})
}
