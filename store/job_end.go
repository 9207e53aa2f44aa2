package store

import (
	"context"
	"encoding/json"
	"strings"

	"bulkpatch/job"
)

// finalStates are the states of a job that has ended, as a list for SQL.
var finalStates = sqlList(job.FinalStates())

// unfinished is the condition that a job has not ended. It must be written exactly
// as in the index jobs_open, or the database does not use that index.
var unfinished = `state NOT IN ` + finalStates

// sqlList writes words of the program as a list for SQL.
func sqlList[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = `'` + string(w) + `'`
	}
	return `(` + strings.Join(texts, `, `) + `)`
}

// Finish ends a job whose last shard has closed. It does nothing when one is
// still open or the job has ended already, so calling it again is harmless.
func (s *Store) Finish(ctx context.Context, ref job.Ref) error {
	return s.inTx(ctx, func(t *tx) error {
		j, err := t.lockJob(ref)
		if err != nil || j.State.Final() || j.State == job.Queued {
			return err
		}
		t.woke = true // a worker is free: the relay may send what waits for one
		open, err := t.openShards(ref)
		if err != nil || open > 0 {
			return err
		}
		return t.finish(j)
	})
}

// Settle ends or pauses a job for which a cancel or pause was asked. It fences
// off every worker that holds a shard, after the chunk that it has in flight,
// and only then writes the state. If that chunk was the last one, the job ends
// as it would have without the cancel or pause. A job that is neither pausing
// nor cancelling stays as it is.
func (s *Store) Settle(ctx context.Context, ref job.Ref) error {
	return s.inTx(ctx, func(t *tx) error {
		j, err := t.lockJob(ref)
		if err != nil || !j.State.Stopping() {
			return err
		}
		open, err := t.lockShards(ref)
		if err != nil {
			return err
		}
		if open == 0 {
			return t.finish(j)
		}
		if j.State == job.Cancelling {
			return t.end(ref, j.ID, ending{state: job.Cancelled})
		}
		if err := t.fenceOff(ref); err != nil {
			return err
		}
		return t.setState(ref, j.ID, job.Paused, "")
	})
}

// Fail ends a job as failed, because of a fault of the job itself. A job that
// has ended stays as it is.
func (s *Store) Fail(ctx context.Context, ref job.Ref, why job.Error) error {
	return s.inTx(ctx, func(t *tx) error { return t.fail(ref, why) })
}

func (t *tx) fail(ref job.Ref, why job.Error) error {
	j, err := t.lockJob(ref)
	if err != nil || j.State.Final() {
		return err
	}
	return t.end(ref, j.ID, failed(why))
}

// A lockedJob is what must be known of a job to end it.
type lockedJob struct {
	ref     job.Ref
	ID      string
	State   job.State
	Options string
}

// lockJob locks the job's row. Whoever locks a job and its shards locks the job
// first.
func (t *tx) lockJob(ref job.Ref) (lockedJob, error) {
	j := lockedJob{ref: ref}
	ok, err := t.Get(&j, `SELECT id, state, options FROM jobs WHERE workspace = ? AND num = ?`+t.Dialect.ForUpdate("jobs"), ref.Workspace, ref.Job)
	if err != nil {
		return j, err
	}
	return j, found(ok)
}

func (t *tx) openShards(ref job.Ref) (int, error) {
	var n int
	_, err := t.Get(&n, `SELECT COUNT(*) FROM shards WHERE workspace = ? AND job = ? AND open = 1`, ref.Workspace, ref.Job)
	return n, err
}

// lockShards waits for the chunks in flight, locks the shards that are open
// after them, in ascending order, and counts these.
func (t *tx) lockShards(ref job.Ref) (int, error) {
	var open []int64
	err := t.List(&open, `SELECT no FROM shards WHERE workspace = ? AND job = ? AND open = 1 ORDER BY no`+t.Dialect.ForUpdate("shards"),
		ref.Workspace, ref.Job)
	return len(open), err
}

// finish ends a job in the state that its outcomes call for. The last chunk may
// be the one that reaches maxFailures.
func (t *tx) finish(j lockedJob) error {
	tally, err := t.tally(j.ref)
	if err != nil {
		return err
	}
	var o job.Options
	if err := json.Unmarshal([]byte(j.Options), &o); err != nil {
		return err
	}
	unusable, err := t.unusable(j.ref)
	if err != nil {
		return err
	}
	if why := o.GiveUp(tally, unusable); why != nil {
		return t.end(j.ref, j.ID, failed(*why))
	}
	return t.end(j.ref, j.ID, ending{state: tally.Add(unusable).End()})
}

// An ending says how a job ends.
type ending struct {
	state  job.State
	why    *job.Error // of a job that failed as a whole, else nil
	by     string     // the actor whose action ends it, "" where no action does
	single *appliedSingle
}

// An appliedSingle is what a single that was applied did to its record. A
// single has no shards: its outcome is written to the job's row as it ends.
type appliedSingle struct {
	tally   job.Tally
	summary string // JSON
	event   job.Event
}

// failed is the ending of a job that fails as a whole.
func failed(why job.Error) ending { return ending{state: job.Failed, why: &why} }

// end writes the final state of a job. Each job ends here, whichever way it
// ends. The transaction also records the transition, notes the event and makes the
// webhook due.
//
// Open shards are closed at their checkpoints: the records that they have not
// reached stay pending.
func (t *tx) end(ref job.Ref, id string, e ending) error {
	if e.single == nil {
		if err := t.closeShards(ref); err != nil {
			return err
		}
	}
	set := `state = ?, finished_at = ?, ` + transit + `, revision = revision + 1 + ` + revisionOfBrake
	args := []any{e.state, t.Now, t.transition(e.state, e.by)}
	if e.why != nil {
		set, args = set+`, error_code = ?, error_detail = ?`, append(args, e.why.Code, e.why.Detail)
	}
	if e.single != nil {
		n := e.single.tally
		set += `, started_at = ?, updated = ?, unchanged = ?, skipped = ?, conflicted = ?, failed = ?, summary = ?`
		args = append(args, t.Now, n.Updated, n.Unchanged, n.Skipped, n.Conflicted, n.Failed, e.single.summary)
	}
	t.touch(id)
	var calls bool
	if _, err := t.Get(&calls, `UPDATE jobs AS j SET `+set+` WHERE workspace = ? AND num = ? RETURNING `+hasWebhook, append(args, ref.Workspace, ref.Job, ref.Workspace, ref.Job)...); err != nil {
		return err
	}
	if calls {
		if err := t.dueWebhook(ref); err != nil {
			return err
		}
	}
	if e.single != nil {
		t.note(e.single.event)
		return nil
	}
	return t.noteJob(job.EventEnded, ref)
}

// closeShards fences off every worker that holds a shard of a job, and closes
// the job's shards. It keeps the brake as it is, because the job is about to add
// the brake's revision to its own. A single has no shards, and nothing to add.
func (t *tx) closeShards(ref job.Ref) error {
	if err := t.fenceOff(ref); err != nil {
		return err
	}
	n, err := t.Exec(`UPDATE shards SET open = 0, wait_reason = NULL WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job)
	if err != nil || n == 0 {
		return err
	}
	return t.keepBrake(ref.Workspace)
}

// fenceOff raises the epoch of every open shard: no worker that held one can
// commit after this. It also deletes the job's wake-ups, and clears the reasons
// why its shards wait.
func (t *tx) fenceOff(ref job.Ref) error {
	if err := t.Run(`UPDATE shards SET epoch = epoch + 1, held = 0, told = 0, wait_reason = NULL WHERE workspace = ? AND job = ? AND open = 1`,
		ref.Workspace, ref.Job); err != nil {
		return err
	}
	return t.Run(`DELETE FROM outbox WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job)
}

// setState writes the state to which an action leads a job that has not ended.
// by is the actor, "" where the state was not reached by an action.
func (t *tx) setState(ref job.Ref, id string, state job.State, by string) error {
	t.touch(id)
	if err := t.Run(`UPDATE jobs SET state = ?, wait_reason = NULL, `+transit+`, revision = revision + 1 WHERE workspace = ? AND num = ?`,
		state, t.transition(state, by), ref.Workspace, ref.Job); err != nil {
		return err
	}
	switch {
	case state == job.Paused:
		return t.noteJob(job.EventPaused, ref)
	case state.Stopping():
		return nil
	}
	return t.noteJob(job.EventResumed, ref)
}
