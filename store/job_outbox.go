package store

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

const wakeUpColumns = `o.workspace, o.job, o.shard, o.epoch, o.seq, o.single, o.wait,
	COALESCE((SELECT j.traceparent FROM jobs j WHERE j.workspace = o.workspace AND j.num = o.job), '') AS traceparent`

// wakeUpGroups are groups of wake-ups. A relay reads the oldest ones of each group,
// so that a long group cannot hide another: those that any process may get, by
// the magnitude of their wait, and those for processes that have a model, by the
// models of the running processes.
var wakeUpGroups = `(SELECT '' AS model, scale AS low, scale AS high FROM (` + scales() + `) AS each_scale
	UNION ALL SELECT model, 0, ` + strconv.Itoa(lastScale) + ` FROM (SELECT DISTINCT model FROM running_models WHERE seen_at > ?) AS running) AS wake_group`

const ofGroup = `model = wake_group.model AND scale BETWEEN wake_group.low AND wake_group.high`

// lastScale is the magnitude of the longest waits, about a year.
const lastScale = 12

// scaleOf is the magnitude of a wait in microseconds: 0 for no wait. Waits of the
// same magnitude differ at most by a factor of 16.
func scaleOf(wait int64) int {
	if wait <= 0 {
		return 0
	}
	return min(1+bits.Len64(uint64(wait))/4, lastScale)
}

// scales is a query that lists all magnitudes.
func scales() string {
	text := "SELECT 0 AS scale"
	for n := 1; n <= lastScale; n++ {
		text += " UNION ALL SELECT " + strconv.Itoa(n)
	}
	return text
}

// Singles lists the wake-ups of singles, oldest first: at most limit of each of
// [wakeUpGroups].
func (s *Store) Singles(ctx context.Context, limit int) ([]job.WakeUp, error) {
	var wakeUps []job.WakeUp
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.SelectContext(ctx, &wakeUps, s.db.Dialect.Rebind(singlesQuery(s.db.Dialect)), runningSince(s.db.Now().UnixMicro()), limit)
	})
	return wakeUps, err
}

// inIndexOrder is inSnapshot for queries that read the first of many rows, which
// must follow an index.
func (s *Store) inIndexOrder(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return s.inSnapshot(ctx, func(t *sqlx.Tx) error {
		if s.db.Dialect.ByIndex != "" {
			if _, err := t.ExecContext(ctx, s.db.Dialect.ByIndex); err != nil {
				return err
			}
		}
		return fn(t)
	})
}

// firstWakeUps joins each row so far to the first wake-ups of the outbox, as o,
// that meet a condition on it. How many these are at most is bound last.
func firstWakeUps(d *sqldb.Dialect, condition string) string {
	return d.JoinFirst(sqldb.First{Table: "outbox", As: "o", Key: "place", Condition: condition, Order: "scale, place"})
}

func singlesQuery(d *sqldb.Dialect) string {
	return `SELECT ` + wakeUpColumns + ` FROM ` + wakeUpGroups + firstWakeUps(d, `single = 1 AND `+ofGroup) + ` ORDER BY o.place`
}

// Bulks lists the wake-ups of bulk shards, each with how many of its job and
// of its workspace are in flight: for each workspace the oldest ones, at most limit
// of each of [wakeUpGroups].
func (s *Store) Bulks(ctx context.Context, limit int) ([]job.WakeUp, error) {
	var wakeUps []job.WakeUp
	var inFlight []job.Ref
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		err := t.SelectContext(ctx, &wakeUps, s.db.Dialect.Rebind(bulksQuery(s.db.Dialect)), runningSince(s.db.Now().UnixMicro()), limit)
		if err != nil || len(wakeUps) == 0 {
			return err
		}
		return t.SelectContext(ctx, &inFlight, inFlightQuery)
	})
	if err != nil {
		return nil, err
	}
	n := make(map[job.Ref]int, len(inFlight)) // by job, and by workspace with job 0
	for _, r := range inFlight {
		n[job.Ref{Workspace: r.Workspace, Job: r.Job}]++
		n[job.Ref{Workspace: r.Workspace}]++
	}
	for i := range wakeUps {
		r := &wakeUps[i]
		r.InFlight, r.InFlightWorkspace = n[job.Ref{Workspace: r.Workspace, Job: r.Job}], n[job.Ref{Workspace: r.Workspace}]
	}
	return wakeUps, nil
}

// heldBack stands in the column model for wake-ups that came to a worker while the
// brake was on. They are a group of [wakeUpGroups] that is read while it is off.
const heldBack = `(brake)`

// bulkGroups are [wakeUpGroups] for bulk shards.
var bulkGroups = `(SELECT * FROM ` + wakeUpGroups + ` UNION ALL SELECT '` + heldBack + `', 0, ` + strconv.Itoa(lastScale) + `) AS wake_group`

// bulksQuery steps from workspace to workspace and reads the first wake-ups of
// each, so that its cost does not grow with the number of wake-ups.
func bulksQuery(d *sqldb.Dialect) string {
	return `WITH RECURSIVE busy (workspace) AS (
			SELECT MIN(workspace) FROM outbox WHERE single = 0
			UNION ALL
			SELECT (SELECT MIN(workspace) FROM outbox WHERE single = 0 AND workspace > busy.workspace) FROM busy WHERE busy.workspace IS NOT NULL
		)
		SELECT ` + wakeUpColumns + ` FROM busy CROSS JOIN ` + bulkGroups +
		firstWakeUps(d, `single = 0 AND workspace = busy.workspace AND `+ofGroup) + `
		WHERE wake_group.model <> '` + heldBack + `' OR NOT EXISTS (SELECT 1 FROM brakes WHERE brakes.workspace IN (0, busy.workspace) AND brakes.reason <> '')
		ORDER BY o.wait, o.place`
}

// inFlightQuery lists the shards in flight: their wake-up was sent to Redis, and
// they have neither closed nor been given back since. Processes of earlier versions
// give a shard back without clearing told, so a shard in the outbox does not count.
const inFlightQuery = `SELECT workspace, job, no AS shard FROM shards s WHERE told = 1 AND open = 1
	AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = s.workspace AND o.job = s.job AND o.shard = s.no)`

// Sent deletes wake-ups that were sent to Redis. A wake-up that has replaced one of
// them meanwhile stays. They are deleted in the order of their keys, so that two
// relays cannot deadlock.
func (s *Store) Sent(ctx context.Context, wakeUps []job.WakeUp) error {
	wakeUps = slices.SortedFunc(slices.Values(wakeUps), func(a, b job.WakeUp) int {
		return cmp.Or(cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Job, b.Job), cmp.Compare(a.Shard, b.Shard))
	})
	return s.inTx(ctx, func(t *tx) error {
		for _, r := range wakeUps {
			n, err := t.Exec(`DELETE FROM outbox WHERE workspace = ? AND job = ? AND shard = ? AND seq = ?`,
				r.Workspace, r.Job, r.Shard, r.Nonce)
			if err == nil && n > 0 && !r.Single {
				err = t.noteInFlight(r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// noteInFlight records that a shard is in flight. It does not wait for a shard that is
// locked: that one is not counted as in flight until it is given back.
func (t *tx) noteInFlight(r job.WakeUp) error {
	return t.Run(`UPDATE shards SET told = 1 WHERE (workspace, job, no) IN (
			SELECT workspace, job, no FROM shards WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND open = 1`+t.Dialect.IfFree("shards")+`)`,
		r.Workspace, r.Job, r.Shard, r.Epoch)
}

// unsentStep bounds the wake-ups that one transaction updates.
const unsentStep = 500

// Unsent records why wake-ups cannot be sent now, so that users see what their jobs
// wait for; "" when they can be sent again. One call updates some wake-ups of one
// workspace, and reports whether there may be more. A job that has ended stays as
// it is: its wake-up was sent, and the relay died before it called [Store.Sent].
func (s *Store) Unsent(ctx context.Context, reason string) (more bool, err error) {
	other := `IS NULL`
	if reason == "" {
		other = `IS NOT NULL`
	}
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.each(t.Dialect.ByIndex); err != nil {
			return err
		}
		var ws int64
		if more, err = t.Get(&ws, unsentQuery(other)); err != nil || !more {
			return err
		}
		var jobs []int64
		if err := t.List(&jobs, `SELECT DISTINCT job FROM (SELECT job FROM outbox WHERE reason `+other+` AND workspace = ? LIMIT ?) AS some_wake_ups ORDER BY job`,
			ws, unsentStep); err != nil {
			return err
		}
		among, args := t.Dialect.Among("num", jobs)
		if err := t.Run(`UPDATE jobs SET revision = revision + 1 WHERE workspace = ? AND `+among+`
				AND `+unfinished, append([]any{ws}, args...)...); err != nil {
			return err
		}
		among, args = t.Dialect.Among("job", jobs)
		return t.Run(`UPDATE outbox SET reason = NULLIF(?, '') WHERE workspace = ? AND `+among, append([]any{reason, ws}, args...)...)
	})
	return more, err
}

// unsentQuery finds a workspace with wake-ups whose reason must change.
func unsentQuery(other string) string {
	return `SELECT workspace FROM outbox WHERE reason ` + other + ` ORDER BY reason, workspace LIMIT 1`
}

// pageQuery finds where a page of unfinished jobs ends.
var pageQuery = `SELECT COUNT(*) AS n, COALESCE(MAX(num), 0) AS last FROM (
	SELECT num FROM jobs WHERE ` + unfinished + ` AND num > ? ORDER BY num LIMIT ?) AS page`

// livenessQuery lists the work of some jobs whose wake-ups were sent and that is
// not done: open shards, singles, jobs to settle and jobs to finish.
var livenessQuery = `SELECT j.workspace, j.num AS job, COALESCE(s.no, 0) AS shard,
		COALESCE(s.epoch, 0) AS epoch, COALESCE(s.beat, j.beat) AS beat,
		j.kind = 'single' AS single, j.state IN ('pausing', 'cancelling') AS stopping,
		j.kind <> 'single' AND s.no IS NULL AS idle
	FROM jobs j LEFT JOIN shards s ON s.workspace = j.workspace AND s.job = j.num AND s.open = 1
	WHERE j.` + unfinished + ` AND j.state <> 'paused'
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = j.workspace AND o.job = j.num AND o.shard = COALESCE(s.no, 0))
		AND j.num > ? AND j.num <= ?
	ORDER BY j.num, shard`

// Liveness lists the liveness of work that should be going on: its wake-up was
// sent, and it is not done. It reads the first limit unfinished jobs whose
// numbers are greater than after, in the order of jobs and shards. next is the
// value of after for the next page, 0 when there is none.
func (s *Store) Liveness(ctx context.Context, after int64, limit int) (liveness []job.Liveness, next int64, err error) {
	err = s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		var page struct{ N, Last int64 }
		if err := t.GetContext(ctx, &page, s.db.Dialect.Rebind(pageQuery), after, limit); err != nil || page.N == 0 {
			return err
		}
		if page.N == int64(limit) {
			next = page.Last
		}
		return t.SelectContext(ctx, &liveness, s.db.Dialect.Rebind(livenessQuery), after, page.Last)
	})
	return liveness, next, err
}

// Redeliver puts wake-ups into the outbox for work whose liveness has not changed.
// It leaves out work that has advanced since, and shards whose rows are locked,
// because a worker is working on them.
func (s *Store) Redeliver(ctx context.Context, still []job.Liveness) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, p := range still {
			if err := t.redeliver(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) redeliver(p job.Liveness) error {
	query := `SELECT 1 FROM shards WHERE workspace = ? AND job = ? AND no = ? AND open = 1 AND epoch = ? AND beat = ?` + t.Dialect.IfFree("shards")
	args := []any{p.Workspace, p.Job, p.Shard, p.Epoch, p.Heartbeat}
	if p.Single {
		query, args = `SELECT 1 FROM jobs WHERE workspace = ? AND num = ? AND state = 'queued' AND beat = ?`+t.Dialect.IfFree("jobs"), []any{p.Workspace, p.Job, p.Heartbeat}
	}
	var one int
	still, err := t.Get(&one, query, args...)
	if err != nil || !still {
		return err
	}
	t.note(job.Event{What: job.EventRedelivered})
	return t.wake(job.WakeUp{Ref: p.Ref, Single: p.Single, Epoch: p.Epoch})
}
