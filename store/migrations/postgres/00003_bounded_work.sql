-- +goose NO TRANSACTION
-- +goose Up

-- The models of the processes that work on jobs. Each process shows its own
-- every few seconds; what was not seen for longer has ended.
CREATE TABLE IF NOT EXISTS running_models (
  process text NOT NULL, -- a name that was made when it started
  model   text NOT NULL,
  digest  text NOT NULL,
  seen_at bigint NOT NULL,
  PRIMARY KEY (process, model)
);

-- Columns come quickly or not at all: others wait behind who waits for a table.
SET lock_timeout = '2s';
ALTER TABLE jobs
  ADD COLUMN IF NOT EXISTS wait_reason text,                          -- of a single; a bulk's are its shards'
  ADD COLUMN IF NOT EXISTS beat bigint NOT NULL DEFAULT 0,            -- of a single: raised when a worker gives it back
  ADD COLUMN IF NOT EXISTS request_bytes bigint NOT NULL DEFAULT 0;   -- of filter, patch and change
ALTER TABLE shards ADD COLUMN IF NOT EXISTS told bigint NOT NULL DEFAULT 0; -- 1 between a wake-up that Redis was told of and the next in the outbox
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS model text NOT NULL DEFAULT ''; -- only to be told while a process runs that has it; '' for any
SET lock_timeout = 0;

-- What a workspace has open is counted from the index alone. Each index is
-- made beside the writers, and one that a crash has left half made is made anew.
DROP INDEX CONCURRENTLY IF EXISTS jobs_open_of;
CREATE INDEX CONCURRENTLY jobs_open_of ON jobs (workspace, kind, state, request_bytes)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS shards_told;
CREATE INDEX CONCURRENTLY shards_told ON shards (workspace, job) WHERE told = 1 AND open = 1;
-- However much waits in the outbox, a relay reads the first of each kind.
DROP INDEX CONCURRENTLY IF EXISTS outbox_single;
CREATE INDEX CONCURRENTLY outbox_single ON outbox (model, wait, place) WHERE single = 1;
DROP INDEX CONCURRENTLY IF EXISTS outbox_singles;
DROP INDEX CONCURRENTLY IF EXISTS outbox_bulk;
CREATE INDEX CONCURRENTLY outbox_bulk ON outbox (workspace, model, wait, place) WHERE single = 0;
DROP INDEX CONCURRENTLY IF EXISTS outbox_unsent;
CREATE INDEX CONCURRENTLY outbox_unsent ON outbox (reason, workspace);
