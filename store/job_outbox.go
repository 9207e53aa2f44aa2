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

const wakeUpColumns = `o.workspace, o.job, o.shard, o.epoch, o.seq, o.single, o.wait`

// wakeUpKinds are what a relay reads the first of, so that none hides another:
// what any process may be told at once; what has to wait, by the magnitude of
// the wait; and what is for those that have a model, for each one that a running
// process has. The first are those that came first: others come again and again,
// after waits that are a little shorter.
var wakeUpKinds = `(SELECT '' AS model, scale AS low, scale AS high FROM (` + scales() + `) AS each_scale
	UNION ALL SELECT model, 0, ` + strconv.Itoa(lastScale) + ` FROM (SELECT DISTINCT model FROM running_models WHERE seen_at > ?) AS running) AS kind`

const ofKind = `model = kind.model AND scale BETWEEN kind.low AND kind.high`

// lastScale is the magnitude of the longest waits, of a year.
const lastScale = 12

// scaleOf is the magnitude of a wait in microseconds: 0 for none, and waits of
// one scale differ at most by a factor of 16.
func scaleOf(wait int64) int {
	if wait <= 0 {
		return 0
	}
	return min(1+bits.Len64(uint64(wait))/4, lastScale)
}

// scales is a query of all magnitudes.
func scales() string {
	text := "SELECT 0 AS scale"
	for n := 1; n <= lastScale; n++ {
		text += " UNION ALL SELECT " + strconv.Itoa(n)
	}
	return text
}

// Singles lists the wake-ups of single-record patches, oldest first: of each
// kind at most limit.
func (s *Store) Singles(ctx context.Context, limit int) ([]job.WakeUp, error) {
	var wakeUps []job.WakeUp
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.SelectContext(ctx, &wakeUps, s.db.Dialect.Rebind(singlesQuery(s.db.Dialect)), runningSince(s.db.Now().UnixMicro()), limit)
	})
	return wakeUps, err
}

// inIndexOrder is inSnapshot for what reads the first of many rows.
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

// firstWakeUps joins to each row before it the first wake-ups of the outbox, as
// o, that meet a condition on that row. How many these are is bound last.
func firstWakeUps(d *sqldb.Dialect, condition string) string {
	return d.JoinFirst(sqldb.First{Table: "outbox", As: "o", Key: "place", Condition: condition, Order: "scale, place"})
}

func singlesQuery(d *sqldb.Dialect) string {
	return `SELECT ` + wakeUpColumns + ` FROM ` + wakeUpKinds + firstWakeUps(d, `single = 1 AND `+ofKind) + ` ORDER BY o.place`
}

// Bulks lists the wake-ups of bulk shards, each with how many of its job and
// of its workspace are in flight: of each workspace at most limit of each kind,
// the oldest.
func (s *Store) Bulks(ctx context.Context, limit int) ([]job.WakeUp, error) {
	var wakeUps []job.WakeUp
	var told []job.Ref
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		err := t.SelectContext(ctx, &wakeUps, s.db.Dialect.Rebind(bulksQuery(s.db.Dialect)), runningSince(s.db.Now().UnixMicro()), limit)
		if err != nil || len(wakeUps) == 0 {
			return err
		}
		return t.SelectContext(ctx, &told, inFlightQuery)
	})
	if err != nil {
		return nil, err
	}
	n := make(map[job.Ref]int, len(told)) // by job, and by workspace with job 0
	for _, r := range told {
		n[job.Ref{Workspace: r.Workspace, Job: r.Job}]++
		n[job.Ref{Workspace: r.Workspace}]++
	}
	for i := range wakeUps {
		r := &wakeUps[i]
		r.InFlight, r.InFlightWorkspace = n[job.Ref{Workspace: r.Workspace, Job: r.Job}], n[job.Ref{Workspace: r.Workspace}]
	}
	return wakeUps, nil
}

// bulksQuery steps from workspace to workspace and reads the first wake-ups of
// each, so that its cost does not grow with what waits.
func bulksQuery(d *sqldb.Dialect) string {
	return `WITH RECURSIVE busy (workspace) AS (
			SELECT MIN(workspace) FROM outbox WHERE single = 0
			UNION ALL
			SELECT (SELECT MIN(workspace) FROM outbox WHERE single = 0 AND workspace > busy.workspace) FROM busy WHERE busy.workspace IS NOT NULL
		)
		SELECT ` + wakeUpColumns + ` FROM busy CROSS JOIN ` + wakeUpKinds +
		firstWakeUps(d, `single = 0 AND workspace = busy.workspace AND `+ofKind) + ` ORDER BY o.wait, o.place`
}

// inFlightQuery lists the shards that Redis was told of and that have neither
// ended nor been given back since. What has come back to the outbox through a
// process of a version that knows no "told" is none of them.
const inFlightQuery = `SELECT workspace, job, no AS shard FROM shards s WHERE told = 1 AND open = 1
	AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = s.workspace AND o.job = s.job AND o.shard = s.no)`

// Sent removes rings that Redis has been told of. A ring that was put in
// their place meanwhile stays. They go in the order of their keys, so that two
// relays cannot wait for one another.
func (s *Store) Sent(ctx context.Context, wakeUps []job.WakeUp) error {
	wakeUps = slices.SortedFunc(slices.Values(wakeUps), func(a, b job.WakeUp) int {
		return cmp.Or(cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Job, b.Job), cmp.Compare(a.Shard, b.Shard))
	})
	return s.inTx(ctx, func(t *tx) error {
		for _, r := range wakeUps {
			n, err := t.Exec(`DELETE FROM outbox WHERE workspace = ? AND job = ? AND shard = ? AND seq = ?`,
				r.Workspace, r.Job, r.Shard, r.Nonce)
			if err == nil && n > 0 && !r.Single {
				err = t.noteTold(r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// noteTold notes that a shard is in flight. One that somebody has in a
// transaction is not waited for: it counts for one less until its turn is over.
func (t *tx) noteTold(r job.WakeUp) error {
	return t.Run(`UPDATE shards SET told = 1 WHERE (workspace, job, no) IN (
			SELECT workspace, job, no FROM shards WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND open = 1`+t.Dialect.IfFree("shards")+`)`,
		r.Workspace, r.Job, r.Shard, r.Epoch)
}

// unsentStep bounds the wake-ups that one transaction notes.
const unsentStep = 500

// Unsent notes why wake-ups cannot be sent now, so that users see what their jobs
// wait for; "" when they can be again. It notes some of one workspace and says
// whether there may be more. A job that has ended is left alone: its wake-up was
// sent, and the relay died before it could say so.
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
		if err := t.List(&jobs, `SELECT DISTINCT job FROM (SELECT job FROM outbox WHERE reason `+other+` AND workspace = ? LIMIT ?) AS some_rings ORDER BY job`,
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

// unsentQuery finds a workspace with wake-ups whose reason is another.
func unsentQuery(other string) string {
	return `SELECT workspace FROM outbox WHERE reason ` + other + ` ORDER BY reason, workspace LIMIT 1`
}

// pageQuery is how far a page of unfinished jobs reaches.
var pageQuery = `SELECT COUNT(*) AS n, COALESCE(MAX(num), 0) AS last FROM (
	SELECT num FROM jobs WHERE ` + unfinished + ` AND num > ? ORDER BY num LIMIT ?) AS page`

// pulseQuery finds the work among some jobs that Redis was told of and that
// has not ended: open shards, singles, stops to settle and jobs to finish.
var livenessQuery = `SELECT j.workspace, j.num AS job, COALESCE(s.no, 0) AS shard,
		COALESCE(s.epoch, 0) AS epoch, COALESCE(s.beat, j.beat) AS beat,
		j.kind = 'single' AS single, j.state IN ('pausing', 'cancelling') AS stopping,
		j.kind <> 'single' AND s.no IS NULL AS idle
	FROM jobs j LEFT JOIN shards s ON s.workspace = j.workspace AND s.job = j.num AND s.open = 1
	WHERE j.` + unfinished + ` AND j.state <> 'paused'
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace = j.workspace AND o.job = j.num AND o.shard = COALESCE(s.no, 0))
		AND j.num > ? AND j.num <= ?
	ORDER BY j.num, shard`

// Pulses lists the signs of life of work that ought to be under way, rung for
// and not ended, among the first limit unfinished jobs behind a number. They
// are in the order of jobs and shards. next is where the following page begins,
// 0 behind the last.
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

// RingAgain puts work into the outbox whose pulses have stood still. It leaves
// out what has moved since, and shards that somebody has in a transaction:
// that is a sign of life too.
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
	return t.wake(job.WakeUp{Ref: p.Ref, Single: p.Single, Epoch: p.Epoch})
}
