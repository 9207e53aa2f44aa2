package store

import (
	"context"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// A job needs its file from its submission until its former values are purged; a
// preview does so until it ends. Whether a file is needed is not stored: it follows
// from the jobs. So the row of a file only says when the purge has to look at it.

// fileNeeded is the condition that a job needs file f.
var fileNeeded = `EXISTS (SELECT 1 FROM jobs h WHERE h.workspace = f.workspace AND h.file = f.id AND h.left_at IS NULL AND h.` + hasAllValues +
	` AND (h.kind <> '` + string(job.PreviewKind) + `' OR h.` + unfinished + `))`

// holdFile makes a file stay for a job that is being accepted. Nobody deletes the file
// before the transaction ends. Afterwards it stays because of the job, whose row must
// name it. [job.ErrNotFound]: there is no such file of the model.
func (t *tx) holdFile(ws int64, model, id string) error {
	if err := t.lockFile(ws, model, id); err != nil {
		return err
	}
	// After a preview there is time for the job itself.
	until := t.Now + job.FileLife.Microseconds()
	return t.Run(`UPDATE files SET expires_at = ? WHERE workspace = ? AND id = ? AND expires_at < ?`, until, ws, id, until)
}

// lockFile locks the row of a complete file. A transaction that also locks the row of a
// job does that first.
func (t *tx) lockFile(ws int64, model, id string) error {
	var locked string
	ok, err := t.Get(&locked, `SELECT id FROM files WHERE workspace = ? AND id = ? AND model = ? AND complete = 1`+t.Dialect.ForUpdate("files"), ws, id, model)
	if err != nil {
		return err
	}
	return found(ok)
}

// releaseFile makes the file of a job due to be purged, if it has one, because the job
// does not need it any more. If another job does, the purge finds that out. A preview
// has not needed its file since it ended.
func (t *tx) releaseFile(j expiring) error {
	return t.Run(`UPDATE files SET expires_at = ? WHERE workspace = ? AND complete = 1 AND expires_at > ?
		AND id = (SELECT file FROM jobs WHERE workspace = ? AND num = ? AND kind <> ?)`,
		t.Now, j.Workspace, t.Now, j.Workspace, j.Num, job.PreviewKind)
}

// DeleteFile deletes a file: nobody sees it any more, and it is purged soon.
// [job.ErrNotFound]: there is no such file of the model. [job.ErrFileInUse]: a job needs
// it.
func (s *Store) DeleteFile(ctx context.Context, by auth.Caller, model, id string) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.lockFile(by.Workspace.ID, model, id); err != nil {
			return err
		}
		needed, err := t.needsFile(by.Workspace.ID, id)
		if err != nil {
			return err
		}
		if needed {
			return job.ErrFileInUse
		}
		if err := t.hideFile(by.Workspace.ID, id); err != nil {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.FileDeleted, Target: auth.Target{FileID: id, Model: model}})
	})
}

// needsFile reports whether a job needs a file, which is locked.
func (t *tx) needsFile(ws int64, id string) (bool, error) {
	var needed string
	return t.Get(&needed, `SELECT id FROM files f WHERE workspace = ? AND id = ? AND `+fileNeeded, ws, id)
}

// hideFile makes a file one that nobody sees and that is due to be purged.
func (t *tx) hideFile(ws int64, id string) error {
	return t.Run(`UPDATE files SET complete = 0, expires_at = ? WHERE workspace = ? AND id = ?`, t.Now, ws, id)
}
