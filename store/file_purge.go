package store

import "bulkpatch/job"

// purgeBlocks is how many blocks of a file a step of a purge deletes.
const purgeBlocks = 64

// purgeFiles deletes some of one file that is due: of an upload that did not go on, and
// of a file that no job needs. It looks again a day later at a file that a job needs,
// if nothing makes it due sooner.
func (s *Store) purgeFiles(t *tx) (bool, error) {
	var f struct {
		Workspace int64
		ID        string
		Complete  bool
	}
	ok, err := t.Get(&f, dueFiles+t.Dialect.IfFree("f"), t.Now)
	if err != nil || !ok {
		return false, err
	}
	if !f.Complete {
		return true, t.purgeBlocks(f.Workspace, f.ID)
	}
	// The row is locked: no job begins to use the file from here on.
	needed, err := t.needsFile(f.Workspace, f.ID)
	if err != nil {
		return false, err
	}
	if needed {
		return true, t.Run(`UPDATE files SET expires_at = ? WHERE workspace = ? AND id = ?`, t.Now+job.FileLife.Microseconds(), f.Workspace, f.ID)
	}
	return true, t.hideFile(f.Workspace, f.ID)
}

const dueFiles = `SELECT workspace, id, complete FROM files f WHERE expires_at <= ? ORDER BY expires_at, workspace, id LIMIT 1`

// purgeBlocks deletes some blocks of a file that nobody sees, and with the last ones
// the file.
func (t *tx) purgeBlocks(ws int64, id string) error {
	n, err := t.Exec(`DELETE FROM file_blocks WHERE workspace = ? AND file = ? AND first_row IN (
		SELECT first_row FROM file_blocks WHERE workspace = ? AND file = ? ORDER BY first_row LIMIT ?)`, ws, id, ws, id, purgeBlocks)
	if err != nil || n == purgeBlocks {
		return err
	}
	return t.Run(`DELETE FROM files WHERE workspace = ? AND id = ?`, ws, id)
}
