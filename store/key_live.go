package store

import (
	"context"
	"errors"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// secretsBy selects which key has a secret, by the hash of the secret, an
// expression that it contains twice. The third argument is the time: the secret
// of before a rotation works until its overlap ends.
func secretsBy(hash string) string {
	return `(SELECT id, hash FROM api_keys WHERE hash = ` + hash + `
		UNION ALL SELECT key_id, hash FROM key_secrets WHERE hash = ` + hash + ` AND ends_at > ?)`
}

// KeyBySecret returns the live key of a secret. [job.ErrNotFound]: there is none.
func (s *Store) KeyBySecret(ctx context.Context, secret string) (auth.Key, error) {
	var r struct {
		keyRow
		Hash string
	}
	hash, now := auth.Hash(secret), s.db.Now().UnixMicro()
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &r, s.db.Dialect.Rebind(keyBySecretQuery), hash, hash, now, now))
	if err != nil {
		return auth.Key{}, s.classify(err)
	}
	if !ok || !auth.Matches(r.Hash, secret) {
		return auth.Key{}, job.ErrNotFound
	}
	return r.key()
}

var keyBySecretQuery = `SELECT s.hash, ` + keyColumns + ` JOIN ` + secretsBy("?") + ` AS s ON s.id = k.id WHERE ` + liveKey

// LiveSecrets returns those of some hashes that are of secrets which work, that of
// a live key and those of before its rotations whose overlaps have not ended, or of
// tokens of sessions that have not ended.
func (s *Store) LiveSecrets(ctx context.Context, hashes []string) ([]string, error) {
	var live []string
	now := s.db.Now().UnixMicro()
	err := s.selectAmong(ctx, &live, liveSecretsQuery(s.db.Dialect), singly(hashes), now, now, now, now)
	return live, err
}

// liveSecretsQuery looks each hash up separately. With EXISTS, PostgreSQL could choose
// to read all keys and sessions.
func liveSecretsQuery(d *sqldb.Dialect) string {
	return `SELECT hash FROM (SELECT ` + d.Element(0, model.String) + ` AS hash FROM ` + d.Elements + `) AS named
		WHERE (SELECT 1 FROM ` + secretsBy("named.hash") + ` AS s JOIN api_keys k ON k.id = s.id WHERE ` + liveKey + ` LIMIT 1) = 1
			OR (SELECT 1 FROM api_keys k ` + ofSession + ` WHERE s.hash = named.hash AND s.expires_at > ? AND ` + liveKey + `) = 1`
}

// Keys lists the live keys of all workspaces, oldest first.
func (s *Store) Keys(ctx context.Context) ([]auth.Key, error) {
	var rows []keyRow
	query := s.db.Dialect.Rebind(`SELECT ` + keyColumns + ` WHERE ` + liveKey + ` ORDER BY k.id`)
	if err := s.db.Lookups.SelectContext(ctx, &rows, query, s.db.Now().UnixMicro()); err != nil {
		return nil, s.classify(err)
	}
	keys := make([]auth.Key, len(rows))
	var errs []error
	for i, r := range rows {
		k, err := r.key()
		k.LastUsedAt = s.uses.latest(k)
		keys[i] = k
		errs = append(errs, err)
	}
	return keys, errors.Join(errs...)
}
