-- +goose Up

-- A job is the audit entry of its submission. Jobs of before, and those of
-- earlier versions, have none of this.
ALTER TABLE jobs ADD COLUMN key_id INTEGER; -- of the key that submitted it
ALTER TABLE jobs ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_of_key ON jobs (key_id, created_at, num) WHERE key_id IS NOT NULL;
CREATE INDEX jobs_that_follow ON jobs (kind, created_at, num) WHERE origin IS NOT NULL;
-- Tombstones are listed as jobs are.
CREATE INDEX jobs_gone_since ON jobs (created_at) WHERE left_at IS NOT NULL;
CREATE INDEX jobs_gone_listed ON jobs (workspace, created_at, num) WHERE left_at IS NOT NULL;

-- All other audit entries. Rows are only added, until they are purged. Only the count
-- of sign-ins that failed grows when another process has seen some.
CREATE TABLE audit (
  workspace  INTEGER NOT NULL, -- where the action took effect
  at         INTEGER NOT NULL,
  num        INTEGER NOT NULL, -- orders entries of the same instant: random, or of failed sign-ins a hash of the address
  action     TEXT NOT NULL,
  key_id     INTEGER,
  key_name   TEXT NOT NULL,
  person     TEXT NOT NULL,
  address    TEXT NOT NULL,
  request_id TEXT NOT NULL,
  job        TEXT,             -- id of the job that was acted on
  target     TEXT NOT NULL,    -- JSON: all that was acted on
  counts     TEXT NOT NULL,   -- JSON: of an import that has ended, or of failed sign-ins; null of others
  PRIMARY KEY (workspace, at, num)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_since ON audit (at, num);
CREATE INDEX audit_of_action ON audit (action, at, num);
CREATE INDEX audit_of_action_listed ON audit (workspace, action, at, num);
CREATE INDEX audit_of_key ON audit (key_id, at, num) WHERE key_id IS NOT NULL;
CREATE INDEX audit_of_job ON audit (workspace, job, at, num) WHERE job IS NOT NULL;
