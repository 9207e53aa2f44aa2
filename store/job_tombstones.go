package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// A tombstone is what is kept of a job after its retention; see
// [tx.leaveTombstone]. Its time is stored in left_at.
type tombstone struct {
	ExpiredAt int64 `db:"left_at"`
	Workspace int64
	Num       int64
}

// dueTombstones lists tombstones that may be deleted, behind a given one, in the
// order in which they are deleted.
const dueTombstones = `SELECT left_at, workspace, num FROM jobs
	WHERE left_at IS NOT NULL AND values_kept = 0 AND left_at < ? AND (left_at, workspace, num) > (?, ?, ?)
	ORDER BY left_at, workspace, num LIMIT ?`

// noFollower is the condition that no job, and no tombstone, has the job as its
// parent job or restore source. A job shows its parent job, and the purge of names
// of deleted records goes from job to parent job: so a tombstone stays as long as
// the jobs that follow from it.
const noFollower = `NOT EXISTS (SELECT 1 FROM jobs h WHERE h.workspace = jobs.workspace AND (h.origin = jobs.num OR h.source = jobs.num))`

// purgeTombstones deletes the tombstones that are old enough, a few hundred at a
// time. Each transaction is of one workspace. It looks at each tombstone once: one
// that must stay because of [noFollower] is looked at by the next call.
func (s *Store) purgeTombstones(ctx context.Context) error {
	before := s.db.Now().Add(-s.tombstones).UnixMicro()
	for last := (tombstone{}); ctx.Err() == nil; {
		var due []tombstone
		err := s.inWork(ctx, func(db *sqlx.Tx) error {
			return db.SelectContext(ctx, &due, s.db.Dialect.Rebind(dueTombstones), before, last.ExpiredAt, last.Workspace, last.Num, purgeTombstonesAtOnce)
		})
		if err != nil || len(due) == 0 {
			return err
		}
		last = due[len(due)-1]
		for ws, nums := range byWorkspace(due) {
			if err := s.purgeOf(ctx, ws, nums); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func byWorkspace(due []tombstone) map[int64][]int64 {
	nums := map[int64][]int64{}
	for _, d := range due {
		nums[d.Workspace] = append(nums[d.Workspace], d.Num)
	}
	return nums
}

func (s *Store) purgeOf(ctx context.Context, workspace int64, nums []int64) error {
	purge := s.purgeQuery(workspace, nums)
	return s.inLargeTx(ctx, func(t *tx) error { return t.Run(purge.text, purge.args...) })
}

func (s *Store) purgeQuery(workspace int64, nums []int64) statement {
	among, args := s.db.Dialect.Among("num", nums)
	return statement{`DELETE FROM jobs WHERE workspace = ? AND ` + among + ` AND left_at IS NOT NULL AND ` + noFollower, append([]any{workspace}, args...)}
}
