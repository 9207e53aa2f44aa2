package store

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
)

// Resolve fixes the selection of the leased job: it reads all that the filter
// matches in one snapshot, or what the job before has left to retry or undo,
// checks the guards, and in one transaction writes the selection, cuts it into
// shards and moves the job on. A crash before that leaves nothing, so the next
// claim resolves again. ended says that the job is final: nothing matched, a
// guard refused it, or it was a preview.
//
// [job.ErrNoTurn]: as many jobs as may are being resolved; give the shard back
// and try again later. [job.ErrLeaseLost], [job.ErrStopped]: as of
// [Store.ApplyChunk], within a second. It has no limit in all, but each of its
// statements has.
func (s *Store) Resolve(ctx context.Context, l job.Lease) (ended bool, err error) {
	ended, err = s.resolve(ctx, l)
	if errors.Is(err, errLoneRecord) {
		return true, s.Stop(ctx, l.Ref, filterTooExpensive)
	}
	return ended, err
}

// filterTooExpensive ends a job whose filter no reading in small parts helps.
var filterTooExpensive = job.Error{Code: "filter_too_expensive",
	Detail: "To compare a single record with the filter takes longer than 30 seconds. Submit the job again with fewer or simpler conditions."}

func (s *Store) resolve(ctx context.Context, l job.Lease) (ended bool, err error) {
	if l.Kind == job.PreviewKind {
		return true, s.resolvePreview(ctx, l)
	}
	var sel selection
	err = s.inResolving(ctx, l, func(ctx context.Context, db *sqlx.Tx, examined func(float64)) error {
		if l.Parent != 0 {
			sel, err = s.remaining(ctx, db, l, examined)
			return err
		}
		condition, args := l.Filter.SQL(s.Dialect.Filter)
		c := choice{ws: l.Workspace, model: l.Model, condition: condition, args: args}
		sel, err = s.Dialect.selectNumbers(ctx, db, c, examined)
		return err
	})
	if err != nil {
		return false, err
	}
	err = s.inLargeTx(ctx, func(t *tx) error {
		if err := t.fenceJob(l, job.Resolving); err != nil {
			return err
		}
		t.touch(l.JobID)
		if refused := l.Guard.Check(sel.count, sel.digest); refused != nil {
			ended = true
			return t.refuse(l, sel, *refused)
		}
		ended = sel.count == 0
		return t.fix(l, sel)
	})
	return ended, err
}

// fenceJob is fence for what writes the job's own row, which it locks first:
// whoever locks both does it in this order.
func (t *tx) fenceJob(l job.Lease, want job.State) error {
	if _, err := t.lockJob(l.Ref); err != nil {
		return err
	}
	return t.fence(l, want)
}

// fence makes sure that the lease still holds and the job is in the state it
// is worked in. It locks the shard, and of the job reads the state: a stop
// that is asked for after that waits for the shard before it settles.
func (t *tx) fence(l job.Lease, want job.State) error {
	var row fenceRow
	ok, err := t.Get(&row, fenceQuery+t.Dialect.ForUpdate("s"), l.Workspace, l.Job, l.Shard)
	if err != nil {
		return err
	}
	return row.check(ok, l, want)
}

type fenceRow struct {
	Epoch int64
	State job.State
}

const fenceQuery = `SELECT s.epoch, j.state FROM jobs j JOIN shards s ON s.workspace = j.workspace AND s.job = j.num
	WHERE j.workspace = ? AND j.num = ? AND s.no = ?`

func (row fenceRow) check(ok bool, l job.Lease, want job.State) error {
	switch {
	case !ok || row.Epoch != l.Epoch || row.State.Final():
		return job.ErrLeaseLost
	case row.State != want:
		return job.ErrStopped
	}
	return nil
}

// fix writes the selection and lets the job run, or ends it when there is
// nothing to do.
func (t *tx) fix(l job.Lease, sel selection) error {
	if err := t.keepSelection(l, sel, sel.cut(t.parts(l), t.Dialect.Part)); err != nil {
		return err
	}
	if err := t.Run(`UPDATE jobs SET matched = ?, revision = revision + 1 WHERE workspace = ? AND num = ?`,
		sel.count, l.Workspace, l.Job); err != nil {
		return err
	}
	if sel.count > 0 {
		return t.Run(`UPDATE jobs SET state = ?, `+transit+` WHERE workspace = ? AND num = ?`, job.Running, t.transition(job.Running, ""), l.Workspace, l.Job)
	}
	return t.end(l.Ref, l.JobID, ending{state: job.Succeeded})
}

// parts is into how many shards a selection may be cut. A throttled job gains
// nothing by more than one.
func (t *tx) parts(l job.Lease) int {
	if l.Throttle != nil {
		return 1
	}
	return t.Dialect.Shards
}

// refuse fails a job whose guard does not hold, with no record written. What
// it matched stays pending for good.
func (t *tx) refuse(l job.Lease, sel selection, why job.Error) error {
	if err := t.keepSelection(l, sel, sel.cut(1, 1)); err != nil {
		return err
	}
	if err := t.Run(`UPDATE jobs SET matched = ? WHERE workspace = ? AND num = ?`, sel.count, l.Workspace, l.Job); err != nil {
		return err
	}
	return t.end(l.Ref, l.JobID, failed(why))
}

// keepSelection writes the selection and gives its first part to shard 0,
// which is leased, and the others to shards that it rings for.
func (t *tx) keepSelection(l job.Lease, sel selection, parts []span) error {
	if err := t.saveSelection(l.Workspace, l.Job, sel); err != nil {
		return err
	}
	p := parts[0]
	if err := t.Run(`UPDATE shards SET first_rid = ?, before_rid = ?, next_rid = ?, open = ?, chunk_at = ?, beat = beat + 1, beat_at = ?
		WHERE workspace = ? AND job = ? AND no = ?`,
		p.first, p.before, p.first, Flag(sel.count > 0), t.Now, t.Now, l.Workspace, l.Job, l.Shard); err != nil {
		return err
	}
	for i, p := range parts[1:] {
		ref := job.Ref{Workspace: l.Workspace, Job: l.Job, Shard: l.Shard + int64(i) + 1}
		if err := t.Run(`INSERT INTO shards (workspace, job, no, open, first_rid, before_rid, next_rid, chunk_at) VALUES (?, ?, ?, 1, ?, ?, ?, ?)`,
			ref.Workspace, ref.Job, ref.Shard, p.first, p.before, p.first, t.Now); err != nil {
			return err
		}
		if err := t.wake(job.WakeUp{Ref: ref}); err != nil {
			return err
		}
	}
	return nil
}
