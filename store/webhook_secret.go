package store

import (
	"context"
	"encoding/json"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// maxFormerSecrets is how many secrets of before sign beside the newest one at most.
const maxFormerSecrets = 4

// HasWebhookSecret reports whether a workspace has a secret of its own.
func (s *Store) HasWebhookSecret(ctx context.Context, ws auth.Workspace) (has bool, err error) {
	err = s.db.Lookups.GetContext(ctx, &has, s.db.Dialect.Rebind(`SELECT EXISTS (SELECT 1 FROM webhook_secrets WHERE workspace = ?)`), ws.ID)
	return has, s.classify(err)
}

// RotateWebhookSecret gives the caller's workspace a new secret and returns it. The
// secret of before signs as well until the overlap ends. One of an earlier rotation
// does so until its own overlap ends, or this one if that is sooner; of more than four
// the oldest ones end. Unlike that of a key the secret itself is stored, because it
// signs.
func (s *Store) RotateWebhookSecret(ctx context.Context, by auth.Caller, overlap time.Duration) (string, error) {
	secret := job.NewWebhookSecret()
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.replaceWebhookSecret(by.Workspace.ID, secret, t.Now+overlap.Microseconds()); err != nil {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.WebhookSecretRotated})
	})
	return secret, err
}

// replaceWebhookSecret stores a secret. All secrets of before end at a time, or have
// ended before.
func (t *tx) replaceWebhookSecret(ws int64, secret string, endsAt int64) error {
	if err := t.Run(`INSERT INTO webhook_secrets (workspace, secret) VALUES (?, '') ON CONFLICT DO NOTHING`, ws); err != nil {
		return err
	}
	r, _, err := t.readWebhookSecrets(ws, t.Dialect.ForUpdate("webhook_secrets"))
	if err != nil {
		return err
	}
	var former []formerSecret
	for _, f := range append([]formerSecret{{r.Secret, endsAt}}, r.former...) {
		if f.EndsAt = min(f.EndsAt, endsAt); f.Secret != "" && f.EndsAt > t.Now && len(former) < maxFormerSecrets {
			former = append(former, f)
		}
	}
	text, err := json.Marshal(append([]formerSecret{}, former...))
	if err != nil {
		return err
	}
	return t.Run(`UPDATE webhook_secrets SET secret = ?, former = ? WHERE workspace = ?`, secret, string(text), ws)
}

// A formerSecret is a secret that was replaced, and until when it signs.
type formerSecret struct {
	Secret string `json:"secret"`
	EndsAt int64  `json:"endsAt"`
}

type webhookSecretRow struct {
	Secret string
	Former string
	former []formerSecret // the newest first
}

// readWebhookSecrets reads the secrets of a workspace. lock is "", or locks the row.
func (t *tx) readWebhookSecrets(ws int64, lock string) (r webhookSecretRow, there bool, err error) {
	if there, err = t.Get(&r, `SELECT secret, former FROM webhook_secrets WHERE workspace = ?`+lock, ws); err != nil || !there {
		return r, false, err
	}
	return r, true, json.Unmarshal([]byte(r.Former), &r.former)
}

// webhookSecrets returns the secrets with which the calls of a workspace are signed,
// the newest first; nil if it has none of its own.
func (t *tx) webhookSecrets(ws int64) ([]string, error) {
	r, there, err := t.readWebhookSecrets(ws, "")
	if err != nil || !there {
		return nil, err
	}
	secrets := []string{r.Secret}
	for _, f := range r.former {
		if f.EndsAt > t.Now {
			secrets = append(secrets, f.Secret)
		}
	}
	return secrets, nil
}
