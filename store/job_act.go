package store

import (
	"context"
	"errors"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// Act pauses, resumes or cancels a job, and returns the job as it is afterwards,
// which may include what others did at the same time. An action that has been
// carried out already changes nothing. [*job.StateError]: the job's state does
// not allow the action.
func (s *Store) Act(ctx context.Context, by auth.Caller, id string, a job.Action) (job.Job, error) {
	ws := by.Workspace
	var ref job.Ref
	var stopping bool
	err := s.inTx(ctx, func(t *tx) error {
		row, err := t.jobToAct(ws, id)
		if err != nil {
			return err
		}
		ref = job.Ref{Workspace: ws.ID, Job: row.Num}
		to, err := a.From(job.Situation{State: row.State, Resolved: row.Matched != nil, Resumed: row.Resumed})
		if err != nil || to == row.State {
			return err
		}
		if err := t.audit(by, auth.Entry{Action: actionEntries[a], Target: auth.Target{JobID: id, Model: row.Model}}); err != nil {
			return err
		}
		if a == job.Resume {
			gone, err := t.modelGone(ref)
			if err != nil {
				return err
			}
			if gone {
				return t.end(ref, id, ending{state: job.Failed, why: &modelGone, by: by.Actor()})
			}
		}
		stopping = to.Stopping()
		if err := t.Run(`UPDATE jobs SET resumed = ? WHERE workspace = ? AND num = ?`, sqldb.Flag(a == job.Resume), ws.ID, row.Num); err != nil {
			return err
		}
		return t.act(ref, id, row, to, by.Actor())
	})
	if errors.Is(err, job.ErrGone) {
		return s.Job(ctx, ws, id) // returns the tombstone with the error
	}
	if err != nil {
		return job.Job{}, s.allowed(ctx, ws, id, err)
	}
	if stopping {
		// The job's workers and the sweep would settle it too. To do it here
		// saves the caller the wait.
		if err := s.Settle(ctx, ref); err != nil {
			return job.Job{}, err
		}
	}
	return s.Job(ctx, ws, id)
}

// actionEntries are the audit entries of actions.
var actionEntries = map[job.Action]auth.Action{job.Pause: auth.JobPaused, job.Resume: auth.JobResumed, job.Cancel: auth.JobCancelled}

// modelGone is why a job fails if it is resumed while no process has its model.
var modelGone = job.Error{Code: "model_gone",
	Detail: "No running process has the job's model any more, so its records cannot be updated. Start a worker with the model, and submit the job again."}

// allowed adds the actions that the job allows to the error of an action that was
// refused.
func (s *Store) allowed(ctx context.Context, ws auth.Workspace, id string, err error) error {
	var refused *job.StateError
	if errors.As(err, &refused) {
		if j, unread := s.Job(ctx, ws, id); unread == nil {
			refused.Allowed = j.AllowedActions()
		}
	}
	return err
}

type actRow struct {
	Num       int64
	Kind      job.Kind
	Model     string
	State     job.State
	Matched   *int64
	Resumed   bool
	ExpiredAt *int64 `db:"left_at"`

	Transitions string
}

func (t *tx) jobToAct(ws auth.Workspace, id string) (actRow, error) {
	var row actRow
	ok, err := t.Get(&row, `SELECT num, kind, model, state, matched, resumed, left_at, transitions FROM jobs WHERE workspace = ? AND id = ?`+t.Dialect.ForUpdate("jobs"), ws.ID, id)
	switch {
	case err != nil:
		return row, err
	case ok && row.ExpiredAt != nil:
		return row, job.ErrGone
	}
	return row, found(ok)
}

// act moves a job to the state an action leads to.
func (t *tx) act(ref job.Ref, id string, row actRow, to job.State, by string) error {
	if err := t.trimTransitions(ref, row.Transitions); err != nil {
		return err
	}
	switch to {
	case job.Cancelled:
		return t.end(ref, id, ending{state: job.Cancelled, by: by})
	case job.Paused:
		if err := t.fenceOff(ref); err != nil {
			return err
		}
	case job.Queued, job.Running, job.Resolving:
		// A worker that still holds a shard of a pausing job may go on or be
		// about to stop. It is fenced off, so that it stops in any case; it then
		// does not count as crashed.
		if err := t.fenceOff(ref); err != nil {
			return err
		}
		if err := t.wakeJob(ref, row.Kind); err != nil {
			return err
		}
	}
	return t.setState(ref, id, to, by)
}

// wakeJob wakes workers for all that is open of a job that goes on.
func (t *tx) wakeJob(ref job.Ref, k job.Kind) error {
	if k == job.Single {
		return t.wake(job.WakeUp{Ref: ref, Single: true})
	}
	var open []struct{ No, Epoch int64 }
	if err := t.List(&open, `SELECT no, epoch FROM shards WHERE workspace = ? AND job = ? AND open = 1 ORDER BY no`, ref.Workspace, ref.Job); err != nil {
		return err
	}
	for _, o := range open {
		if err := t.wake(job.WakeUp{Ref: job.Ref{Workspace: ref.Workspace, Job: ref.Job, Shard: o.No}, Epoch: o.Epoch}); err != nil {
			return err
		}
	}
	return nil
}

// SetThrottle limits a job to some records a second, or with nil lifts the
// limit. It takes effect within a second. [*job.StateError]: the job has ended.
func (s *Store) SetThrottle(ctx context.Context, by auth.Caller, id string, recordsPerSecond *float64) (job.Job, error) {
	ws := by.Workspace
	err := s.inTx(ctx, func(t *tx) error {
		row, err := t.jobToAct(ws, id)
		if err != nil {
			return err
		}
		if row.State.Final() {
			return &job.StateError{Action: "throttle", State: row.State}
		}
		if err := t.audit(by, auth.Entry{Action: auth.JobThrottled, Target: auth.Target{JobID: id, Model: row.Model}}); err != nil {
			return err
		}
		t.touch(id)
		// A shard may be waiting because of the old limit: wake it now.
		if err := t.Run(`UPDATE outbox SET wait = 0, scale = 0 WHERE workspace = ? AND job = ?`, ws.ID, row.Num); err != nil {
			return err
		}
		t.woke = true
		return t.Run(`UPDATE jobs SET throttle = ?, revision = revision + 1 WHERE workspace = ? AND num = ?`, recordsPerSecond, ws.ID, row.Num)
	})
	if err != nil && !errors.Is(err, job.ErrGone) {
		return job.Job{}, s.allowed(ctx, ws, id, err)
	}
	return s.Job(ctx, ws, id)
}
