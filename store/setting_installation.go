package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// Installation returns an id of 16 hexadecimal digits for the processes that work on
// this database. It keeps them apart from others with which they share something,
// such as a Redis. It is the same in every process, and in a copy of the database.
func (s *Store) Installation(ctx context.Context) (string, error) {
	key, err := s.SigningKey(ctx)
	if err != nil {
		return "", err
	}
	if len(key) == 0 { // a worker may be the first to start
		if err := s.inTx(ctx, (*tx).makeSigningKey); err != nil {
			return "", err
		}
		if key, err = s.SigningKey(ctx); err != nil {
			return "", err
		}
	}
	// Others can see the id, so it must not reveal the key.
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("installation"))
	return hex.EncodeToString(mac.Sum(nil)[:8]), nil
}

// makeSigningKey makes the secret of the installation if there is none.
func (t *tx) makeSigningKey() error {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return t.Run(`INSERT INTO settings (name, value) VALUES ('signing_key', ?) ON CONFLICT DO NOTHING`, secret)
}

// SigningKey returns a secret of the installation, 32 bytes, the same in every
// process. It is nil before the first start.
func (s *Store) SigningKey(ctx context.Context) ([]byte, error) {
	keys, err := s.signingKeys(ctx)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return keys[0], nil
}

func (s *Store) signingKeys(ctx context.Context) ([][]byte, error) {
	var keys [][]byte
	err := s.db.Lookups.SelectContext(ctx, &keys, `SELECT value FROM settings WHERE name = 'signing_key'`)
	return keys, s.classify(err)
}
