package store

import (
	"context"
	"encoding/json"

	"bulkpatch/job"
)

// Finish ends a job whose last shard has closed. It does nothing when one is
// still open or the job has ended already, so calling it again is harmless.
func (s *Store) Finish(ctx context.Context, ref job.Ref) error {
	return s.inTx(ctx, func(t *tx) error {
		e, err := t.lockJob(ref)
		if err != nil || e.State.Final() || e.State == job.Queued {
			return err
		}
		t.woke = true // a worker is free: the relay may send what waits for one
		open, err := t.openShards(ref)
		if err != nil || open > 0 {
			return err
		}
		return t.finish(ref, e)
	})
}

// Settle carries out a pause or cancel that was asked for: it fences off
// every worker that holds a shard, after the chunk that it has in flight, and
// only then writes the state. When that chunk was the last, the job ends as
// it would have. Settling a job that waits for no stop does nothing.
func (s *Store) Settle(ctx context.Context, ref job.Ref) error {
	return s.inTx(ctx, func(t *tx) error {
		e, err := t.lockJob(ref)
		if err != nil || !e.State.Stopping() {
			return err
		}
		open, err := t.lockShards(ref)
		if err != nil {
			return err
		}
		if open == 0 {
			return t.finish(ref, e)
		}
		if e.State == job.Cancelling {
			return t.end(ref, e.ID, job.Cancelled, nil, "")
		}
		if err := t.fenceOff(ref); err != nil {
			return err
		}
		return t.setState(ref, e.ID, job.Paused, "")
	})
}

// Stop ends a job as failed, for a fault of the job itself. A job that has
// ended stays as it is.
func (s *Store) Stop(ctx context.Context, ref job.Ref, why job.Error) error {
	return s.inTx(ctx, func(t *tx) error {
		e, err := t.lockJob(ref)
		if err != nil || e.State.Final() {
			return err
		}
		return t.end(ref, e.ID, job.Failed, &why, "")
	})
}

// An ending is what must be known of a job to end it.
type ending struct {
	ID      string
	State   job.State
	Options string
}

// lockJob locks the job's row, before any shard's: whoever locks both does it
// in this order.
func (t *tx) lockJob(ref job.Ref) (ending, error) {
	var e ending
	ok, err := t.Get(&e, `SELECT id, state, options FROM jobs WHERE workspace = ? AND num = ?`+t.Dialect.ForUpdate("jobs"), ref.Workspace, ref.Job)
	if err != nil {
		return e, err
	}
	return e, found(ok)
}

func (t *tx) openShards(ref job.Ref) (int, error) {
	var n int
	_, err := t.Get(&n, `SELECT COUNT(*) FROM shards WHERE workspace = ? AND job = ? AND open = 1`, ref.Workspace, ref.Job)
	return n, err
}

// lockShards waits for the chunks in flight, locks what is still open after
// them, in order, and counts it.
func (t *tx) lockShards(ref job.Ref) (int, error) {
	var open []int64
	err := t.List(&open, `SELECT no FROM shards WHERE workspace = ? AND job = ? AND open = 1 ORDER BY no`+t.Dialect.ForUpdate("shards"),
		ref.Workspace, ref.Job)
	return len(open), err
}

// finish writes the final state that the outcomes call for. The last chunk,
// too, may be the one that reaches maxFailures.
func (t *tx) finish(ref job.Ref, e ending) error {
	tally, err := t.tally(ref)
	if err != nil {
		return err
	}
	var o job.Options
	if err := json.Unmarshal([]byte(e.Options), &o); err != nil {
		return err
	}
	if why := o.GiveUp(tally); why != nil {
		return t.end(ref, e.ID, job.Failed, why, "")
	}
	return t.end(ref, e.ID, tally.End(), nil, "")
}

// end ends a job: every one but a single that was applied, see
// [chunk.endSingle]. It writes the final state. Shards that are still open close
// where they are: what they have not reached stays pending. by is whose action
// ends it, "" where that is its own course.
func (t *tx) end(ref job.Ref, id string, state job.State, why *job.Error, by string) error {
	if err := t.fenceOff(ref); err != nil {
		return err
	}
	if err := t.Run(`UPDATE shards SET open = 0, wait_reason = NULL WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job); err != nil {
		return err
	}
	var code, detail *string
	if why != nil {
		code, detail = &why.Code, &why.Detail
	}
	t.touch(id)
	if err := t.Run(`UPDATE jobs SET state = ?, finished_at = ?, error_code = ?, error_detail = ?, `+transit+`, revision = revision + 1
		WHERE workspace = ? AND num = ?`, state, t.Now, code, detail, t.transition(state, by), ref.Workspace, ref.Job); err != nil {
		return err
	}
	return t.noteJob(job.EventEnded, ref)
}

// fenceOff raises the epoch of every open shard and takes back its rings, and
// with them what it waits for:
// nobody who held one can commit after this.
func (t *tx) fenceOff(ref job.Ref) error {
	if err := t.Run(`UPDATE shards SET epoch = epoch + 1, held = 0, told = 0, wait_reason = NULL WHERE workspace = ? AND job = ? AND open = 1`,
		ref.Workspace, ref.Job); err != nil {
		return err
	}
	return t.Run(`DELETE FROM outbox WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job)
}

// setState carries an action out, or begins to.
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
