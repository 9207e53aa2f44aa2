package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// Retry accepts a job that takes the remaining records of another: those that
// failed, conflicted or were not reached, and with [job.Force] those that were
// skipped. It leaves out records that another job of the chain has updated or
// found unchanged since. With codes or pointers it takes only records that ended
// with one of the codes, and for one of the pointers. With an idempotency key that has made a job before, that job is returned
// and replayed is true.
//
// [*job.StateError]: the job does not allow a retry. [*job.RetryOpenError]: a
// retry of its chain has not ended. [job.ErrKeyReused]: the key was used for
// another request. [job.ErrTooManyJobs]: as with [Store.Submit].
func (s *Store) Retry(ctx context.Context, by auth.Caller, f job.Follow) (j job.Job, replayed bool, err error) {
	return s.follow(ctx, by, f, job.Retry, func(t *tx, parent job.Job, id string, room error) (string, int64, error) {
		if err := parent.CheckRetry(); err != nil {
			return "", 0, err
		}
		if err := cmp.Or(t.onlyRetry(parent, f), room); err != nil {
			return "", 0, err
		}
		o := parent.Options
		o.AllowAll, o.MaxAffected, o.ExpectedCount = false, nil, nil
		if f.OnMismatch != "" {
			o.OnMismatch = f.OnMismatch
		}
		if f.Preview {
			o.Webhook = ""
		}
		num, err := t.acceptAgain(id, job.Retry, parent, by, f, storedOptions{o, f.OnMismatch == job.Force, storedReasons{f.Codes, f.Pointers, parent.Compute != nil, parent.File != nil}})
		return id, num, err
	})
}

// Undo accepts a job that restores what another has changed and no undo has
// restored yet. A second undo of all records returns the first one; replayed is
// true only for an idempotency key, as with [Store.Retry]. An undo of chosen
// records is a new job each time, and its selection is committed at once.
// [*job.StateError]: the job cannot be undone, or none of the chosen records can
// be restored.
func (s *Store) Undo(ctx context.Context, by auth.Caller, f job.Follow) (j job.Job, replayed bool, err error) {
	sel, err := s.chosenOf(ctx, by.Workspace, f)
	if err != nil {
		return job.Job{}, false, err
	}
	return s.follow(ctx, by, f, job.Undo, func(t *tx, parent job.Job, id string, room error) (string, int64, error) {
		if f.IDs == nil && !f.Preview {
			first, known, err := t.wholeUndo(parent)
			if err != nil || known {
				return first.ID, first.Num, err
			}
		}
		err := parent.CheckUndo()
		if err == nil && f.IDs != nil && sel.count == 0 {
			err = parent.NothingChosen()
		}
		if err := cmp.Or(err, room); err != nil {
			return "", 0, err
		}
		num, err := t.acceptAgain(id, job.Undo, parent, by, f, storedOptions{})
		if err != nil || f.IDs == nil {
			return id, num, err
		}
		if f.Preview {
			return id, num, t.saveSelection(by.Workspace.ID, num, sel)
		}
		return id, num, t.commitChosen(job.Ref{Workspace: by.Workspace.ID, Job: num}, sel)
	})
}

// follow accepts a retry or undo, unless its idempotency key has made one before.
// accept writes the job under a new id and returns that id, or the id of a job
// that is there already; room is the error to return if there is no room for a
// new job. [job.ErrGone]: the parent job has expired; its tombstone is returned,
// as by [Store.Job].
func (s *Store) follow(ctx context.Context, by auth.Caller, f job.Follow, kind job.Kind, accept func(t *tx, parent job.Job, id string, room error) (string, int64, error)) (j job.Job, replayed bool, err error) {
	parent, err := s.Job(ctx, by.Workspace, f.Parent)
	if err != nil {
		return parent, false, err
	}
	var bytes int
	if err := s.db.Lookups.GetContext(ctx, &bytes, s.db.Dialect.Rebind(`SELECT `+bytesOf(kind)+` FROM jobs WHERE workspace = ? AND num = ?`), by.Workspace.ID, parent.Num); err != nil {
		return job.Job{}, false, s.classify(err)
	}
	var id string
	next := uuid.Must(uuid.NewV7()).String()
	err = s.accepting(ctx, by.Workspace, useOf(kind, bytes), func(t *tx, room error) (bool, error) {
		before, err := t.replayOrLock(by, f, &parent, kind)
		if id, replayed = before, before != ""; err != nil || replayed {
			return false, err
		}
		var num int64
		if id, num, err = accept(t, parent, next, room); err != nil {
			return false, err
		}
		return id == next, t.useKey(by.Workspace, f.Once, num)
	})
	if errors.Is(err, job.ErrGone) {
		id, replayed = f.Parent, false // its tombstone comes with the error
	} else if err != nil {
		return job.Job{}, false, err
	}
	j, err = s.Job(ctx, by.Workspace, id)
	return j, replayed, err
}

// replayOrLock finds the job that the request's idempotency key has made, even if
// the parent job has expired. If there is none, it locks the parent job and looks
// again: the key may have been used while it waited for the lock.
func (t *tx) replayOrLock(by auth.Caller, f job.Follow, parent *job.Job, kind job.Kind) (before string, err error) {
	if before, err = t.replay(by.Workspace, f.Once); err != nil || before != "" {
		return before, err
	}
	if err := t.lockParent(parent, kind); err != nil {
		return "", err
	}
	return t.replay(by.Workspace, f.Once)
}

// bytesOf is how much of the parent job's request a job of a kind keeps.
func bytesOf(k job.Kind) string {
	if k == job.Undo {
		return `octet_length(change)`
	}
	return `COALESCE(octet_length(filter), 0) + COALESCE(octet_length(patch), 0) + COALESCE(octet_length(compute), 0) + COALESCE(octet_length(target), 0) + octet_length(change)`
}

// lockParent locks the parent job of a retry or undo, and for a retry also the
// first job of its chain. It then reads again what the retention may have removed
// meanwhile. So nothing expires, and no other undo or retry is accepted, between
// the check and the acceptance.
func (t *tx) lockParent(j *job.Job, follows job.Kind) error {
	kept, err := t.lockKept(j.WorkspaceID, j.Num)
	if err != nil {
		return err
	}
	if follows == job.Retry {
		if err := t.lockChain(j); err != nil {
			return err
		}
	}
	j.ValuesKept = j.ValuesKept && kept.Values
	j.UndoAvailable = j.UndoAvailable && kept.Values
	if kept.Gone {
		return job.ErrGone
	}
	if kept.RestoreSource == nil {
		return nil
	}
	source, err := t.lockKept(j.WorkspaceID, *kept.RestoreSource)
	j.RestoreSourceExpired = !source.Values
	return err
}

// keptRow says what of a job is still kept.
type keptRow struct {
	Values        bool // all former values
	Gone          bool
	RestoreSource *int64 `db:"source"` // the job whose changes it restores
}

// lockKept locks a job and reads what of it is kept. Of two jobs, the later one is
// locked first.
func (t *tx) lockKept(ws, num int64) (kept keptRow, err error) {
	there, err := t.Get(&kept, `SELECT `+hasAllValues+` AS "values", left_at IS NOT NULL AS gone, source FROM jobs
		WHERE workspace = ? AND num = ?`+t.Dialect.ForUpdate("jobs"), ws, num)
	kept.Gone = kept.Gone || !there
	return kept, err
}

// storedOptions are the options of a job as they are stored.
type storedOptions struct {
	job.Options
	// IncludeSkipped: a retry also takes skipped records, because its request
	// said so. It does not follow from the parent job's onMismatch.
	IncludeSkipped bool `json:"takesSkipped,omitempty"`
	// Reasons: a retry takes only records that ended for one of these.
	Reasons storedReasons `json:"codes,omitzero"`
}

// storedReasons are the codes and pointers of a retry, nil for all. Codes alone are a
// list. With pointers they are an object, for a job that computes values a list of
// one object, and for a file job such a list within a list. Workers of earlier versions cannot read what is new to them: they would
// retry the records of all pointers, or fail the job. They put the work back, and one
// of this version takes it.
type storedReasons struct {
	Codes, Pointers []string
	Computes        bool
	Fills           bool
}

// reasonsObject is the form with pointers.
type reasonsObject struct {
	Codes    []string `json:"codes,omitempty"`
	Pointers []string `json:"pointers"`
}

// MarshalJSON writes the reasons.
func (r storedReasons) MarshalJSON() ([]byte, error) {
	form := reasonsObject{r.Codes, r.Pointers}
	switch {
	case r.Fills:
		return json.Marshal([][]reasonsObject{{form}})
	case r.Computes:
		return json.Marshal([]reasonsObject{form})
	case r.Pointers != nil:
		return json.Marshal(form)
	}
	return json.Marshal(r.Codes)
}

// UnmarshalJSON reads all forms.
func (r *storedReasons) UnmarshalJSON(text []byte) error {
	var form [1]reasonsObject
	var err error
	switch {
	case strings.HasPrefix(string(text), "[["):
		r.Fills = true
		var list [1][1]reasonsObject
		err = json.Unmarshal(text, &list)
		form = list[0]
	case strings.HasPrefix(string(text), "[{"):
		r.Computes = true
		err = json.Unmarshal(text, &form)
	case text[0] == '[':
		return json.Unmarshal(text, &r.Codes)
	default:
		err = json.Unmarshal(text, &form[0])
	}
	r.Codes, r.Pointers = form[0].Codes, form[0].Pointers
	return err
}

// acceptAgain writes a retry or undo. An undo shows no patch, but restores the
// fields of its parent job's patch. A retry of an undo has the same restore
// source.
func (t *tx) acceptAgain(id string, kind job.Kind, parent job.Job, by auth.Caller, f job.Follow, o storedOptions) (num int64, err error) {
	options, err := json.Marshal(o)
	if err != nil {
		return 0, err
	}
	request, source := "filter, patch, compute, file, target", "source"
	if kind == job.Undo {
		request, source = "NULL, NULL, NULL, NULL, NULL", "num"
	}
	bytes := bytesOf(kind)
	if f.Preview {
		kind = job.PreviewKind
	}
	_, err = t.Get(&num, `INSERT INTO jobs
		(workspace, id, kind, model, digest, state, created_at, created_by, filter, patch, compute, file, target, change, options, expected, record_id, origin, source, chosen, throttle, request_bytes, note_words,
		 key_id, person, address, request_id, traceparent)
		SELECT workspace, ?, ?, model, digest, ?, ?, ?, `+request+`, change, ?, '', record_id, num, `+source+`, ?, ?, `+bytes+`, ?,
		 CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS text), NULLIF(CAST(? AS text), '')
		FROM jobs WHERE workspace = ? AND num = ? RETURNING num`,
		id, kind, job.Queued, t.Now, by.Actor(), string(options), sqldb.Flag(f.IDs != nil), o.RecordsPerSecond, noteWords(o.Note),
		keyOf(by), by.Person, by.Address, by.RequestID, by.Trace, parent.WorkspaceID, parent.Num)
	if err != nil {
		return 0, err
	}
	if kind == job.PreviewKind {
		return num, t.openJob(job.Ref{Workspace: parent.WorkspaceID, Job: num})
	}
	if kind == job.Retry {
		if err := t.inheritWebhook(parent, num); err != nil {
			return 0, err
		}
	}
	// The parent job shows its undo or retry, and may no longer allow another.
	if err := t.Run(`UPDATE jobs SET revision = revision + 1 WHERE workspace = ? AND num = ?`, parent.WorkspaceID, parent.Num); err != nil {
		return 0, err
	}
	t.touch(parent.ID)
	t.noteAccepted(id, kind, parent.Model, by)
	return num, t.openJob(job.Ref{Workspace: parent.WorkspaceID, Job: num})
}
