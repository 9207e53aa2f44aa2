-- +goose Up

-- The models of the processes that work on jobs. Each process shows its own
-- every few seconds; what was not seen for longer has ended.
CREATE TABLE running_models (
  process TEXT NOT NULL, -- a name that was made when it started
  model   TEXT NOT NULL,
  digest  TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (process, model)
) STRICT, WITHOUT ROWID;

ALTER TABLE jobs ADD COLUMN wait_reason TEXT;                          -- of a single; a bulk's are its shards'
ALTER TABLE jobs ADD COLUMN beat INTEGER NOT NULL DEFAULT 0;           -- of a single: raised when a worker gives it back
ALTER TABLE jobs ADD COLUMN request_bytes INTEGER NOT NULL DEFAULT 0;  -- of filter, patch and change
ALTER TABLE shards ADD COLUMN told INTEGER NOT NULL DEFAULT 0;         -- 1 between a wake-up that Redis was told of and the next in the outbox
ALTER TABLE outbox ADD COLUMN model TEXT NOT NULL DEFAULT '';          -- only to be told while a process runs that has it; '' for any

-- What a workspace has open is counted from the index alone.
CREATE INDEX jobs_open_of ON jobs (workspace, kind, state, request_bytes)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
CREATE INDEX shards_told ON shards (workspace, job) WHERE told = 1 AND open = 1;
-- However much waits in the outbox, a relay reads the first of each kind.
CREATE INDEX outbox_single ON outbox (model, wait, place) WHERE single = 1;
DROP INDEX outbox_singles;
CREATE INDEX outbox_bulk ON outbox (workspace, model, wait, place) WHERE single = 0;
CREATE INDEX outbox_unsent ON outbox (reason, workspace);
