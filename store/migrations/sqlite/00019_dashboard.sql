-- +goose Up

-- How many records of a shard got their outcome over time, JSON; see paceSeries.
-- Jobs of before have none.
ALTER TABLE shards ADD COLUMN pace TEXT NOT NULL DEFAULT '[]';

-- Lists of jobs are filtered and counted without reading the jobs that are not
-- listed: that takes left_at in the index, too, although it is null. The indexes
-- keep their names, which statements of earlier versions use.
DROP INDEX jobs_listed;
CREATE INDEX jobs_listed ON jobs (workspace, created_at, num, state, kind, model, created_by, left_at) WHERE left_at IS NULL;
DROP INDEX jobs_noted;
CREATE INDEX jobs_noted ON jobs (workspace, created_at, num, note_words, state, kind, left_at) WHERE left_at IS NULL AND note_words IS NOT NULL;
-- Those that have not ended are listed from the index that counts them.
DROP INDEX jobs_open_of;
CREATE INDEX jobs_open_of ON jobs (workspace, created_at, num, kind, state, request_bytes, model, created_by, left_at)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
-- What ended lately.
CREATE INDEX jobs_ended ON jobs (workspace, finished_at, kind, state, num, left_at) WHERE left_at IS NULL AND finished_at IS NOT NULL;
