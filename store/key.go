package store

import (
	"context"
	"fmt"
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

const keyColumns = `k.id, k.workspace, w.name AS workspace_name, k.name, k.hint, k.scopes, k.person,
		k.created_at, k.expires_at, k.last_used_at, k.revoked_at
	FROM api_keys k JOIN workspaces w ON w.id = k.workspace`

// liveKey is the condition that a key is live at a time.
const liveKey = `k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)`

type keyRow struct {
	ID            int64
	Workspace     int64
	WorkspaceName string `db:"workspace_name"`
	Name          string
	Hint          string
	Scopes        string
	Person        string
	CreatedAt     int64  `db:"created_at"`
	ExpiresAt     *int64 `db:"expires_at"`
	LastUsedAt    *int64 `db:"last_used_at"`
	RevokedAt     *int64 `db:"revoked_at"`
}

func (r keyRow) key() (auth.Key, error) {
	scopes, err := auth.ParseScopes(r.Scopes)
	return auth.Key{
		ID: r.ID, Name: r.Name, Workspace: auth.Workspace{ID: r.Workspace, Name: r.WorkspaceName},
		Scopes: scopes, Person: r.Person, Hint: r.Hint, CreatedAt: micros(r.CreatedAt),
		ExpiresAt: microsPtr(r.ExpiresAt), LastUsedAt: microsPtr(r.LastUsedAt), RevokedAt: microsPtr(r.RevokedAt),
	}, err
}

// Bootstrap makes what the first start needs: the signing key, the workspace main,
// and its first admin key, whose secret is adminKey unless that is "". created
// reports that the admin key is new; secret is then to be shown to the user, this
// once. A later start with another adminKey adds that one. A start that finds all
// of this takes no lock. The program itself calls it, so it takes no [auth.Caller].
func (s *Store) Bootstrap(ctx context.Context, adminKey string) (secret string, created bool, err error) {
	if made, err := s.Bootstrapped(ctx, adminKey); err != nil || made {
		return "", false, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.makeSigningKey(); err != nil {
			return err
		}
		ws, err := t.workspace(auth.MainWorkspace)
		if err != nil {
			return err
		}
		secret, created, err = t.firstKey(ws, adminKey)
		return err
	})
	return secret, created, err
}

// Bootstrapped reports whether an earlier start has made everything that
// [Store.Bootstrap] makes. An admin key counts even if it is revoked, expired or
// rotated.
func (s *Store) Bootstrapped(ctx context.Context, adminKey string) (bool, error) {
	var made bool
	err := s.db.Lookups.GetContext(ctx, &made, s.db.Dialect.Rebind(`SELECT EXISTS (SELECT 1 FROM settings WHERE name = 'signing_key')
		AND EXISTS (SELECT 1 FROM api_keys k JOIN workspaces w ON w.id = k.workspace WHERE w.name = ? AND (? = '' OR k.hash = ?
			OR EXISTS (SELECT 1 FROM key_secrets f WHERE f.hash = ?)))`),
		auth.MainWorkspace, adminKey, auth.Hash(adminKey), auth.Hash(adminKey))
	return made, s.classify(err)
}

func (t *tx) firstKey(ws auth.Workspace, fixed string) (secret string, created bool, err error) {
	// Of processes that start at the same time, only one makes a key.
	if err := t.lockWorkspace(ws); err != nil {
		return "", false, err
	}
	var n int
	if fixed == "" {
		_, err = t.Get(&n, `SELECT COUNT(*) FROM api_keys WHERE workspace = ?`, ws.ID)
		fixed = auth.NewSecret()
	} else {
		_, err = t.Get(&n, `SELECT (SELECT COUNT(*) FROM api_keys WHERE hash = ?) + (SELECT COUNT(*) FROM key_secrets WHERE hash = ?)`,
			auth.Hash(fixed), auth.Hash(fixed))
	}
	if err != nil || n > 0 {
		return "", false, err
	}
	name, err := t.freeName(ws, "admin")
	if err != nil {
		return "", false, err
	}
	_, err = t.insertKey(auth.Caller{}, auth.Key{Name: name, Workspace: ws, Scopes: []auth.Scope{auth.Admin}}, fixed)
	return fixed, err == nil, err
}

// lockWorkspace locks a workspace's row, so that one transaction at a time can look
// at what the workspace has and add what is missing.
func (t *tx) lockWorkspace(ws auth.Workspace) error {
	var id int64
	_, err := t.Get(&id, `SELECT id FROM workspaces WHERE id = ?`+t.Dialect.ForUpdate("workspaces"), ws.ID)
	return err
}

// freeName is name, or name-2, name-3 … if keys that are not revoked have the others.
func (t *tx) freeName(ws auth.Workspace, name string) (string, error) {
	var taken []string
	if err := t.List(&taken, `SELECT name FROM api_keys WHERE workspace = ? AND revoked_at IS NULL`, ws.ID); err != nil {
		return "", err
	}
	free := name
	for i := 2; slices.Contains(taken, free); i++ {
		free = fmt.Sprintf("%s-%d", name, i)
	}
	return free, nil
}

// workspace reads a workspace by its name, and makes it if it does not exist.
func (t *tx) workspace(name string) (auth.Workspace, error) {
	ws := auth.Workspace{}
	known, err := t.Get(&ws, `SELECT id, name FROM workspaces WHERE name = ?`, name)
	if err != nil || known {
		return ws, err
	}
	made, err := t.Get(&ws, `INSERT INTO workspaces (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id, name`, name, t.Now)
	if err == nil && !made {
		err = sqldb.ErrRaced
	}
	return ws, err
}

// CreateKey makes an API key in the workspace k.Workspace.Name, and makes the
// workspace if it is new. The key gets k's name, scopes, person and expiry. It
// returns the secret, which is not stored. [job.ErrExists]: the workspace has a
// live key of that name.
func (s *Store) CreateKey(ctx context.Context, by auth.Caller, k auth.Key) (auth.Key, string, error) {
	secret := auth.NewSecret()
	err := s.inTx(ctx, func(t *tx) error {
		ws, err := t.workspace(k.Workspace.Name)
		if err != nil {
			return err
		}
		k.Workspace = ws
		if err := t.freeExpired(ws, k.Name); err != nil {
			return err
		}
		k, err = t.insertKey(by, k, secret)
		return err
	})
	if _, taken := s.db.Dialect.Refusal(err); taken {
		err = job.ErrExists
	}
	return k, secret, err
}

// freeExpired makes the name of an expired key free: the index that keeps names
// apart knows revoked keys, but not what time it is.
func (t *tx) freeExpired(ws auth.Workspace, name string) error {
	return t.Run(`UPDATE api_keys SET revoked_at = expires_at
		WHERE workspace = ? AND name = ? AND revoked_at IS NULL AND expires_at <= ?`, ws.ID, name, t.Now)
}

func (t *tx) insertKey(by auth.Caller, k auth.Key, secret string) (auth.Key, error) {
	k.Hint, k.CreatedAt = auth.Hint(secret), micros(t.Now)
	_, err := t.Get(&k.ID, `INSERT INTO api_keys (workspace, name, hash, hint, scopes, person, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		k.Workspace.ID, k.Name, auth.Hash(secret), k.Hint, auth.JoinScopes(k.Scopes), k.Person, t.Now, toMicros(k.ExpiresAt))
	if err != nil {
		return k, err
	}
	return k, t.auditKey(by, auth.KeyCreated, k)
}

// auditKey is audit for an action on a key, which takes effect in the key's
// workspace.
func (t *tx) auditKey(by auth.Caller, a auth.Action, k auth.Key) error {
	by.Workspace = k.Workspace
	return t.audit(by, auth.Entry{Action: a, Target: auth.Target{KeyID: k.ID, KeyName: k.Name}})
}

// RevokeKey revokes a key for good. To revoke it again is harmless.
// [job.ErrNotFound]: there is no such key, or the caller may not manage it.
func (s *Store) RevokeKey(ctx context.Context, by auth.Caller, id int64) error {
	return s.inTx(ctx, func(t *tx) error {
		k, err := t.managedKey(by, id)
		if err != nil || k.RevokedAt != nil {
			return err
		}
		if err := t.Run(`UPDATE api_keys SET revoked_at = ? WHERE id = ?`, t.Now, id); err != nil {
			return err
		}
		return t.auditKey(by, auth.KeyRevoked, k)
	})
}

// managedKey reads a key that the caller may manage, and locks it.
func (t *tx) managedKey(by auth.Caller, id int64) (auth.Key, error) {
	var r keyRow
	ok, err := t.Get(&r, `SELECT `+keyColumns+` WHERE k.id = ?`+t.Dialect.ForUpdate("k"), id)
	if err != nil {
		return auth.Key{}, err
	}
	if !ok || !by.Manages(r.WorkspaceName) {
		return auth.Key{}, job.ErrNotFound
	}
	return r.key()
}

// Workspace returns a workspace by its name. [job.ErrNotFound]: there is none.
func (s *Store) Workspace(ctx context.Context, name string) (auth.Workspace, error) {
	var ws auth.Workspace
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &ws, s.db.Dialect.Rebind(`SELECT id, name FROM workspaces WHERE name = ?`), name))
	if err != nil {
		return ws, s.classify(err)
	}
	return ws, found(ok)
}
