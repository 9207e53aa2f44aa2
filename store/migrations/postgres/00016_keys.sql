-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- Whose key it is, '' if nobody said; when it expires, null for never; and the
-- minute in which it was last used, as far as that has been written.
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS person text NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS expires_at bigint;
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS last_used_at bigint;
SET lock_timeout = 0;

-- The secrets that keys had before they were rotated, and until when each works.
-- Those that no longer work stay, so that a start with one of them as its admin
-- key does not make it a key again.
CREATE TABLE IF NOT EXISTS key_secrets (
  workspace bigint NOT NULL,
  key_id    bigint NOT NULL,
  hash      text NOT NULL,
  ends_at   bigint NOT NULL,
  PRIMARY KEY (workspace, key_id, hash)
);
CREATE INDEX IF NOT EXISTS key_secrets_hash ON key_secrets (hash);
