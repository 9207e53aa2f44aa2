package store

import (
	"context"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// RotateKey gives a key a new secret and returns it; it is not stored. Everything
// else of the key stays. The secret of before works for the overlap, which is at
// most [auth.MaxOverlap]. One of an earlier rotation works until its own overlap
// ends, or this one if that is sooner: without an overlap, only the new secret
// works. Sessions of the key end with the overlap too: somebody else may have made
// them with the secret of before. [job.ErrNotFound]: there is no such live key, or
// the caller may not manage it. [auth.ErrTooManySecrets].
func (s *Store) RotateKey(ctx context.Context, by auth.Caller, id int64, overlap time.Duration) (auth.Key, string, error) {
	var k auth.Key
	secret := auth.NewSecret()
	err := s.inTx(ctx, func(t *tx) (err error) {
		if k, err = t.managedKey(by, id); err != nil {
			return err
		}
		if k.RevokedAt != nil || k.ExpiresAt != nil && k.ExpiresAt.UnixMicro() <= t.Now {
			return job.ErrNotFound
		}
		if err := t.replaceSecret(k, t.Now+overlap.Microseconds()); err != nil {
			return err
		}
		k.Hint = auth.Hint(secret)
		if err := t.Run(`UPDATE api_keys SET hash = ?, hint = ? WHERE id = ?`, auth.Hash(secret), k.Hint, k.ID); err != nil {
			return err
		}
		return t.auditKey(by, auth.KeyRotated, k)
	})
	k.LastUsedAt = s.uses.latest(k)
	return k, secret, err
}

// replaceSecret makes the secret of a key one of its former ones. They and the
// sessions of the key all end at a time, or have ended before.
func (t *tx) replaceSecret(k auth.Key, endsAt int64) error {
	if err := t.Run(`UPDATE key_secrets SET ends_at = ? WHERE workspace = ? AND key_id = ? AND ends_at > ?`,
		endsAt, k.Workspace.ID, k.ID, endsAt); err != nil {
		return err
	}
	if err := t.Run(`UPDATE sessions SET expires_at = ? WHERE workspace = ? AND api_key = ? AND expires_at > ?`,
		endsAt, k.Workspace.ID, k.ID, endsAt); err != nil {
		return err
	}
	if err := t.Run(`INSERT INTO key_secrets (workspace, key_id, hash, ends_at) SELECT workspace, id, hash, ? FROM api_keys WHERE id = ?`,
		endsAt, k.ID); err != nil {
		return err
	}
	var former int
	_, err := t.Get(&former, `SELECT COUNT(*) FROM key_secrets WHERE workspace = ? AND key_id = ? AND ends_at > ?`, k.Workspace.ID, k.ID, t.Now)
	if err == nil && former >= auth.MaxSecrets {
		err = auth.ErrTooManySecrets
	}
	return err
}
