package store

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// Resolve commits the selection of the leased job. It reads in one snapshot the
// records that the filter matches, or those that remain of the parent job for a
// retry or undo, and checks the guards. One transaction then writes the
// selection, divides it into shards and sets the job's next state. A crash
// before that leaves nothing, so the next claim resolves again. ended reports
// that the job has reached a final state: nothing matched, a guard failed it,
// or it was a preview.
//
// [job.ErrResolvingFull]: the limit of jobs that are resolved at the same time is
// reached; give the shard back and try again later. [job.ErrLeaseLost] and
// [job.ErrStopped] mean what they mean for [job.Chunks], as [job.ErrBraked] does,
// and come within a second. Resolving may take any time, but each statement has a time limit.
func (s *Store) Resolve(ctx context.Context, l job.Lease) (ended bool, err error) {
	ended, err = s.resolve(ctx, l)
	if errors.Is(err, errLoneRecord) {
		return true, s.Fail(ctx, l.Ref, filterTooExpensive)
	}
	return ended, err
}

// filterTooExpensive ends a job whose filter takes too long even for one record.
var filterTooExpensive = job.Error{Code: "filter_too_expensive",
	Detail: "To compare a single record with the filter takes longer than 30 seconds. Submit the job again with fewer or simpler conditions."}

func (s *Store) resolve(ctx context.Context, l job.Lease) (ended bool, err error) {
	if l.Kind == job.PreviewKind {
		return true, s.resolvePreview(ctx, l)
	}
	var sel selection
	err = s.inResolving(ctx, l, func(ctx context.Context, db *sqlx.Tx, examined func(float64)) error {
		switch {
		case l.Parent != 0:
			sel, err = s.remaining(ctx, db, l, examined)
			return err
		case l.File != nil:
			sel, err = s.matchFile(ctx, db, l, examined)
			return err
		}
		condition, args := l.Filter.SQL(s.db.Dialect.Filter)
		c := choice{ws: l.Workspace, model: l.Model, condition: condition, args: args}
		sel, err = selectNumbers(ctx, s.db.Dialect, db, c, examined)
		return err
	})
	broken := l.Guard.Check(sel.selected())
	if err == nil && sel.rows != nil {
		err = sel.rows.pack(s.db.Now(), broken != nil)
	}
	if err != nil {
		return false, err
	}
	err = s.inLargeTx(ctx, func(t *tx) error {
		if err := t.fenceJob(l, job.Resolving); err != nil {
			return err
		}
		t.touch(l.JobID)
		if broken != nil {
			ended = true
			return t.failGuard(l, sel, *broken)
		}
		ended, err = t.commitSelection(l, sel)
		return err
	})
	return ended, err
}

// fenceJob is fence for transactions that write the job's own row. It locks that
// row first, as every transaction does that locks both.
func (t *tx) fenceJob(l job.Lease, want job.State) error {
	if _, err := t.lockJob(l.Ref); err != nil {
		return err
	}
	return t.fence(l, want)
}

// fence makes sure that the lease still holds, that the job is in the wanted
// state, and that the brake does not hold it. It locks the shard and only reads the
// job: a cancel or pause that comes later waits for the shard's lock before it
// settles. So does who switches the brake on, for the lock of the brake.
func (t *tx) fence(l job.Lease, want job.State) error {
	row := noFence
	if _, err := t.Get(&row, fenceQuery+t.Dialect.ForUpdate("s"), l.Workspace, l.Job, l.Shard); err != nil {
		return err
	}
	if err := row.check(l, want); err != nil || !l.Kind.Braked() {
		return err
	}
	return t.keepReleased(l.Workspace)
}

type fenceRow struct {
	Epoch int64
	State job.State
}

// noFence stands for a shard that does not exist: no lease has its epoch.
var noFence = fenceRow{Epoch: -1}

const fenceQuery = `SELECT s.epoch, j.state FROM jobs j JOIN shards s ON s.workspace = j.workspace AND s.job = j.num
	WHERE j.workspace = ? AND j.num = ? AND s.no = ?`

func (row fenceRow) check(l job.Lease, want job.State) error {
	switch {
	case row.Epoch != l.Epoch || row.State.Final():
		return job.ErrLeaseLost
	case row.State != want:
		return job.ErrStopped
	}
	return nil
}

// commitSelection writes the selection and starts the job, or ends it if nothing
// is selected. Of a file job it also records the outcomes of the rows without a usable
// record, and ends it if these alone are too many failures.
func (t *tx) commitSelection(l job.Lease, sel selection) (ended bool, err error) {
	if err := t.keepSelection(l, sel, sel.cut(t.parts(l), t.Dialect.Part)); err != nil {
		return false, err
	}
	if err := t.Run(`UPDATE jobs SET matched = ?, revision = revision + 1 WHERE workspace = ? AND num = ?`,
		sel.selected().Matched(), l.Workspace, l.Job); err != nil {
		return false, err
	}
	var unusable job.Tally
	if sel.rows != nil {
		if unusable, err = t.recordRows(l, sel.rows); err != nil {
			return false, err
		}
	}
	switch why := l.Options.GiveUp(job.Tally{}, unusable); {
	case why != nil:
		return true, t.end(l.Ref, l.JobID, failed(*why))
	case sel.count == 0:
		return true, t.end(l.Ref, l.JobID, ending{state: unusable.End()})
	}
	return false, t.Run(`UPDATE jobs SET state = ?, `+transit+` WHERE workspace = ? AND num = ?`, job.Running, t.transition(job.Running, ""), l.Workspace, l.Job)
}

// parts returns into how many shards a selection may be divided. A throttled job
// gains nothing from more than one.
func (t *tx) parts(l job.Lease) int {
	if l.Throttle != nil {
		return 1
	}
	return t.Dialect.Shards
}

// failGuard fails a job whose guard does not hold, before any record is written.
// The records that it matched stay pending for good.
func (t *tx) failGuard(l job.Lease, sel selection, why job.Error) error {
	if err := t.keepSelection(l, sel, sel.cut(1, 1)); err != nil {
		return err
	}
	if err := t.keepPending(l, sel); err != nil {
		return err
	}
	return t.end(l.Ref, l.JobID, failed(why))
}

// keepPending writes how many records, or rows, stay pending for good.
func (t *tx) keepPending(l job.Lease, sel selection) error {
	if sel.rows != nil {
		if err := t.saveRows(l.Ref, sel.rows); err != nil {
			return err
		}
	}
	return t.Run(`UPDATE jobs SET matched = ? WHERE workspace = ? AND num = ?`, sel.selected().Matched(), l.Workspace, l.Job)
}

// keepSelection writes the selection. Its first part belongs to shard 0, which
// is leased. For each other part it makes a shard and a wake-up.
func (t *tx) keepSelection(l job.Lease, sel selection, parts []span) error {
	if err := t.saveSelection(l.Workspace, l.Job, sel); err != nil {
		return err
	}
	p := parts[0]
	if err := t.Run(`UPDATE shards SET first_rid = ?, before_rid = ?, next_rid = ?, open = ?, chunk_at = ?, beat = beat + 1, beat_at = ?
		WHERE workspace = ? AND job = ? AND no = ?`,
		p.first, p.before, p.first, sqldb.Flag(sel.count > 0), t.Now, t.Now, l.Workspace, l.Job, l.Shard); err != nil {
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
