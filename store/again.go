package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// Retry accepts a job that takes what another has left: the records that
// failed, conflicted or were not reached, and with force those it skipped.
// [*job.StateError]: the job allows no retry.
func (s *Store) Retry(ctx context.Context, ws auth.Workspace, id, createdBy string, onMismatch job.OnMismatch) (job.Job, error) {
	origin, err := s.Job(ctx, ws, id)
	if err != nil {
		return origin, err
	}
	if err := origin.CheckRetry(); err != nil {
		return job.Job{}, err
	}
	o := origin.Options
	o.AllowAll, o.MaxAffected, o.ExpectedCount = false, nil, nil
	if onMismatch != "" {
		o.OnMismatch = onMismatch
	}
	next := uuid.Must(uuid.NewV7()).String()
	err = s.inTx(ctx, func(t *tx) error {
		return t.acceptAgain(next, job.Retry, origin, createdBy, o)
	})
	if err != nil {
		return job.Job{}, err
	}
	return s.Job(ctx, ws, next)
}

// Undo accepts a job that takes back what another has changed. A second undo
// of a job is the first one. [*job.StateError]: the job cannot be undone.
func (s *Store) Undo(ctx context.Context, ws auth.Workspace, id, createdBy string) (job.Job, error) {
	origin, err := s.Job(ctx, ws, id)
	if err != nil {
		return origin, err
	}
	undo := uuid.Must(uuid.NewV7()).String()
	err = s.inTx(ctx, func(t *tx) error {
		kept, err := t.valuesKept(origin)
		if err != nil {
			return err
		}
		known, err := t.get(&undo, `SELECT id FROM jobs WHERE workspace = ? AND origin = ? AND kind = ?`, ws.ID, origin.Num, job.Undo)
		if err != nil || known {
			return err
		}
		origin.UndoAvailable = kept
		if err := origin.CheckUndo(); err != nil {
			return err
		}
		return t.acceptAgain(undo, job.Undo, origin, createdBy, job.Options{})
	})
	if err != nil {
		return job.Job{}, err
	}
	return s.Job(ctx, ws, undo)
}

// valuesKept reports whether all former values of a job are still there, and
// locks the job. It decides in the transaction that accepts the undo, so that
// no retention can come in between, and no other undo.
func (t *tx) valuesKept(j job.Job) (bool, error) {
	var kept bool
	_, err := t.get(&kept, `SELECT values_kept = 1 FROM jobs WHERE workspace = ? AND num = ?`+t.d.forUpdate("jobs"), j.WorkspaceID, j.Num)
	return kept && j.UndoAvailable, err
}

// acceptAgain writes a job that follows from another. An undo has no patch of
// its own to show, but restores the fields of its origin's; a retry of an
// undo goes on restoring from the same source.
func (t *tx) acceptAgain(id string, kind job.Kind, origin job.Job, createdBy string, o job.Options) error {
	options, err := json.Marshal(o)
	if err != nil {
		return err
	}
	filter, patch, source := "filter", "patch", "source"
	if kind == job.Undo {
		filter, patch, source = "NULL", "NULL", "num"
	}
	var num int64
	_, err = t.get(&num, `INSERT INTO jobs
		(workspace, id, kind, model, digest, state, created_at, created_by, filter, patch, change, options, expected, record_id, origin, source, throttle)
		SELECT workspace, ?, ?, model, digest, ?, ?, ?, `+filter+`, `+patch+`, change, ?, '', record_id, num, `+source+`, ?
		FROM jobs WHERE workspace = ? AND num = ? RETURNING num`,
		id, kind, job.Queued, t.now, createdBy, string(options), o.RecordsPerSecond, origin.WorkspaceID, origin.Num)
	if err != nil {
		return err
	}
	// The origin shows by whom it is undone, and no longer allows the same.
	if err := t.exec1(`UPDATE jobs SET revision = revision + 1 WHERE workspace = ? AND num = ?`, origin.WorkspaceID, origin.Num); err != nil {
		return err
	}
	t.touch(origin.ID)
	return t.openJob(job.Ref{Workspace: origin.WorkspaceID, Job: num})
}
