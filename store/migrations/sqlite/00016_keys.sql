-- +goose Up

-- Whose key it is, '' if nobody said; when it expires, null for never; and the
-- minute in which it was last used, as far as that has been written.
ALTER TABLE api_keys ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;

-- The secrets that keys had before they were rotated, and until when each works.
-- Those that no longer work stay, so that a start with one of them as its admin
-- key does not make it a key again.
CREATE TABLE key_secrets (
  workspace INTEGER NOT NULL,
  key_id    INTEGER NOT NULL,
  hash      TEXT NOT NULL,
  ends_at   INTEGER NOT NULL,
  PRIMARY KEY (workspace, key_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_secrets_hash ON key_secrets (hash);
