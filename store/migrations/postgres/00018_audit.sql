-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- A job is the audit entry of its submission. Jobs of before, and those of
-- earlier versions, have none of this.
ALTER TABLE jobs
  ADD COLUMN IF NOT EXISTS key_id bigint, -- of the key that submitted it
  ADD COLUMN IF NOT EXISTS person text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS address text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS request_id text NOT NULL DEFAULT '';
SET lock_timeout = 0;

DROP INDEX CONCURRENTLY IF EXISTS jobs_of_key;
CREATE INDEX CONCURRENTLY jobs_of_key ON jobs (key_id, created_at, num) WHERE key_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_that_follow;
CREATE INDEX CONCURRENTLY jobs_that_follow ON jobs (kind, created_at, num) WHERE origin IS NOT NULL;
-- Tombstones are listed as jobs are.
DROP INDEX CONCURRENTLY IF EXISTS jobs_gone_since;
CREATE INDEX CONCURRENTLY jobs_gone_since ON jobs (created_at) WHERE left_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_gone_listed;
CREATE INDEX CONCURRENTLY jobs_gone_listed ON jobs (workspace, created_at, num) WHERE left_at IS NOT NULL;

-- All other audit entries. Rows are only added, until they are purged. Only the count
-- of sign-ins that failed grows when another process has seen some.
CREATE TABLE IF NOT EXISTS audit (
  workspace  bigint NOT NULL, -- where the action took effect
  at         bigint NOT NULL,
  num        bigint NOT NULL, -- orders entries of the same instant: random, or of failed sign-ins a hash of the address
  action     text NOT NULL,
  key_id     bigint,
  key_name   text NOT NULL,
  person     text NOT NULL,
  address    text NOT NULL,
  request_id text NOT NULL,
  job        text,            -- id of the job that was acted on
  target     text NOT NULL,   -- JSON: all that was acted on
  counts     text NOT NULL,   -- JSON: of an import that has ended, or of failed sign-ins; null of others
  PRIMARY KEY (workspace, at, num)
);
CREATE INDEX IF NOT EXISTS audit_since ON audit (at, num);
CREATE INDEX IF NOT EXISTS audit_of_action ON audit (action, at, num);
CREATE INDEX IF NOT EXISTS audit_of_action_listed ON audit (workspace, action, at, num);
CREATE INDEX IF NOT EXISTS audit_of_key ON audit (key_id, at, num) WHERE key_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_of_job ON audit (workspace, job, at, num) WHERE job IS NOT NULL;
