package store

import (
	"context"
	"math"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// ofSession joins each session, as s, to its key.
const ofSession = `JOIN sessions s ON s.workspace = k.workspace AND s.api_key = k.id`

// SignIn begins a session of the caller's key, for who knows a secret of it, and
// returns its token, of which only the hash is stored. The session lasts for
// [auth.SessionLife], unless its key ends sooner, or the secret, which is one of
// before a rotation. If the key then has more than [auth.MaxSessions], the oldest
// one ends. [job.ErrNotFound]: the secret does not work, or no longer.
func (s *Store) SignIn(ctx context.Context, by auth.Caller, secret string) (token string, err error) {
	token = auth.NewSessionToken()
	err = s.inTx(ctx, func(t *tx) error {
		until, err := t.secretUntil(by, secret)
		if err != nil {
			return err
		}
		ws, key := by.Workspace.ID, by.KeyID
		if err := t.Run(`DELETE FROM sessions WHERE workspace = ? AND api_key = ? AND hash NOT IN (
				SELECT hash FROM sessions WHERE workspace = ? AND api_key = ? ORDER BY created_at DESC, hash LIMIT ?)`,
			ws, key, ws, key, auth.MaxSessions-1); err != nil {
			return err
		}
		if err := t.Run(`INSERT INTO sessions (workspace, api_key, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
			ws, key, auth.Hash(token), t.Now, min(until, t.Now+auth.SessionLife.Microseconds())); err != nil {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.SignedIn})
	})
	return token, err
}

// secretUntil returns until when a secret of the caller's key works, as far as a
// rotation says so. It locks the key: a rotation comes before, and is seen, or
// afterwards, and then sees what the transaction has written. So do sign-ins at the
// same time, which count the sessions.
func (t *tx) secretUntil(by auth.Caller, secret string) (until int64, err error) {
	var hash string
	live, err := t.Get(&hash, `SELECT k.hash FROM api_keys k WHERE k.workspace = ? AND k.id = ? AND `+liveKey+t.Dialect.ForUpdate("k"),
		by.Workspace.ID, by.KeyID, t.Now)
	if err != nil || live && auth.Matches(hash, secret) {
		return math.MaxInt64, err
	}
	former := false
	if live {
		former, err = t.Get(&until, `SELECT ends_at FROM key_secrets WHERE workspace = ? AND key_id = ? AND hash = ? AND ends_at > ?`,
			by.Workspace.ID, by.KeyID, auth.Hash(secret), t.Now)
	}
	if err == nil && !former {
		err = job.ErrNotFound
	}
	return until, err
}

// SignOut ends a session of the caller's key. To end it again, or one that does not
// exist, changes nothing.
func (s *Store) SignOut(ctx context.Context, by auth.Caller, token string) error {
	return s.inTx(ctx, func(t *tx) error {
		n, err := t.Exec(`DELETE FROM sessions WHERE workspace = ? AND api_key = ? AND hash = ?`, by.Workspace.ID, by.KeyID, auth.Hash(token))
		if err != nil || n == 0 {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.SignedOut})
	})
}

// KeyBySession returns the key of a session. [job.ErrNotFound]: there is no such
// session, or it or its key has ended.
func (s *Store) KeyBySession(ctx context.Context, token string) (auth.Key, error) {
	var r keyRow
	now := s.db.Now().UnixMicro()
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &r, s.db.Dialect.Rebind(`SELECT `+keyColumns+` `+ofSession+`
		WHERE s.hash = ? AND s.expires_at > ? AND `+liveKey), auth.Hash(token), now, now))
	if err != nil {
		return auth.Key{}, s.classify(err)
	}
	if !ok {
		return auth.Key{}, job.ErrNotFound
	}
	return r.key()
}

// purgeSessions deletes some sessions that have expired. Those of a key that was
// revoked expire within hours, too.
func purgeSessions(t *tx) (more bool, err error) {
	n, err := t.Exec(`DELETE FROM sessions WHERE (workspace, api_key, hash) IN (
		SELECT workspace, api_key, hash FROM sessions WHERE expires_at <= ? LIMIT ?)`, t.Now, purgeRecords)
	return n == purgeRecords, err
}
