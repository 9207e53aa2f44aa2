package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

const keyColumns = `k.id, k.workspace, w.name AS workspace_name, k.name, k.hint, k.scopes, k.created_at, k.revoked_at
	FROM api_keys k JOIN workspaces w ON w.id = k.workspace`

// liveKey is the condition that a key is not revoked.
const liveKey = `k.revoked_at IS NULL`

type keyRow struct {
	ID            int64
	Workspace     int64
	WorkspaceName string `db:"workspace_name"`
	Name          string
	Hint          string
	Scopes        string
	CreatedAt     int64  `db:"created_at"`
	RevokedAt     *int64 `db:"revoked_at"`
}

func (r keyRow) key() (auth.Key, error) {
	scopes, err := auth.ParseScopes(r.Scopes)
	return auth.Key{
		ID: r.ID, Name: r.Name, Workspace: auth.Workspace{ID: r.Workspace, Name: r.WorkspaceName},
		Scopes: scopes, Hint: r.Hint, CreatedAt: micros(r.CreatedAt), RevokedAt: microsPtr(r.RevokedAt),
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
// [Store.Bootstrap] makes. An admin key counts even if it is revoked.
func (s *Store) Bootstrapped(ctx context.Context, adminKey string) (bool, error) {
	var made bool
	err := s.db.Lookups.GetContext(ctx, &made, s.db.Dialect.Rebind(`SELECT EXISTS (SELECT 1 FROM settings WHERE name = 'signing_key')
		AND EXISTS (SELECT 1 FROM api_keys k JOIN workspaces w ON w.id = k.workspace WHERE w.name = ? AND (? = '' OR k.hash = ?))`),
		auth.MainWorkspace, adminKey, auth.Hash(adminKey))
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
		_, err = t.Get(&n, `SELECT COUNT(*) FROM api_keys WHERE hash = ?`, auth.Hash(fixed))
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

// CreateKey makes an API key with k's name and scopes in the workspace
// k.Workspace.Name, and makes the workspace if it is new. It returns the secret,
// which is not stored. [job.ErrExists]: the workspace has a key of that name that
// is not revoked.
func (s *Store) CreateKey(ctx context.Context, by auth.Caller, k auth.Key) (auth.Key, string, error) {
	secret := auth.NewSecret()
	err := s.inTx(ctx, func(t *tx) error {
		ws, err := t.workspace(k.Workspace.Name)
		if err != nil {
			return err
		}
		k.Workspace = ws
		k, err = t.insertKey(by, k, secret)
		return err
	})
	if _, taken := s.db.Dialect.Refusal(err); taken {
		err = job.ErrExists
	}
	return k, secret, err
}

func (t *tx) insertKey(by auth.Caller, k auth.Key, secret string) (auth.Key, error) {
	k.Hint, k.CreatedAt = auth.Hint(secret), micros(t.Now)
	_, err := t.Get(&k.ID, `INSERT INTO api_keys (workspace, name, hash, hint, scopes, created_at)
		VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		k.Workspace.ID, k.Name, auth.Hash(secret), k.Hint, auth.JoinScopes(k.Scopes), t.Now)
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

// KeyBySecret returns the key of a secret. [job.ErrNotFound]: there is none, or it
// is revoked.
func (s *Store) KeyBySecret(ctx context.Context, secret string) (auth.Key, error) {
	var r keyRow
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &r, s.db.Dialect.Rebind(`SELECT `+keyColumns+` WHERE k.hash = ? AND `+liveKey), auth.Hash(secret)))
	if err != nil {
		return auth.Key{}, s.classify(err)
	}
	if !ok {
		return auth.Key{}, job.ErrNotFound
	}
	return r.key()
}

// Keys lists the keys of all workspaces that are not revoked, oldest first.
func (s *Store) Keys(ctx context.Context) ([]auth.Key, error) {
	var rows []keyRow
	if err := s.db.Lookups.SelectContext(ctx, &rows, `SELECT `+keyColumns+` WHERE `+liveKey+` ORDER BY k.id`); err != nil {
		return nil, s.classify(err)
	}
	keys := make([]auth.Key, len(rows))
	var errs []error
	for i, r := range rows {
		k, err := r.key()
		keys[i] = k
		errs = append(errs, err)
	}
	return keys, errors.Join(errs...)
}

// RevokeKey revokes a key for good. To revoke it again is harmless.
// [job.ErrNotFound]: there is no such key.
func (s *Store) RevokeKey(ctx context.Context, by auth.Caller, id int64) error {
	return s.inTx(ctx, func(t *tx) error {
		var row keyRow
		ok, err := t.Get(&row, `SELECT `+keyColumns+` WHERE k.id = ?`+t.Dialect.ForUpdate("k"), id)
		if err != nil || !ok || row.RevokedAt != nil {
			return cmp.Or(err, found(ok))
		}
		if err := t.Run(`UPDATE api_keys SET revoked_at = ? WHERE id = ?`, t.Now, id); err != nil {
			return err
		}
		k := auth.Key{ID: id, Name: row.Name, Workspace: auth.Workspace{ID: row.Workspace}}
		return t.auditKey(by, auth.KeyRevoked, k)
	})
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
