-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- How many records of a shard got their outcome over time, JSON; see paceSeries.
-- Jobs of before have none.
ALTER TABLE shards ADD COLUMN IF NOT EXISTS pace text NOT NULL DEFAULT '[]';
SET lock_timeout = 0;

-- Lists of jobs are filtered and counted without reading the jobs that are not
-- listed. The narrower indexes go when the new ones are there, which then take
-- their names.
DROP INDEX CONCURRENTLY IF EXISTS jobs_listed_new;
CREATE INDEX CONCURRENTLY jobs_listed_new ON jobs (workspace, created_at, num, state, kind, model, created_by, left_at) WHERE left_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_listed;
ALTER INDEX jobs_listed_new RENAME TO jobs_listed;
DROP INDEX CONCURRENTLY IF EXISTS jobs_noted_new;
CREATE INDEX CONCURRENTLY jobs_noted_new ON jobs (workspace, created_at, num, note_words, state, kind, left_at) WHERE left_at IS NULL AND note_words IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_noted;
ALTER INDEX jobs_noted_new RENAME TO jobs_noted;
-- Those that have not ended are listed from the index that counts them.
DROP INDEX CONCURRENTLY IF EXISTS jobs_open_of_new;
CREATE INDEX CONCURRENTLY jobs_open_of_new ON jobs (workspace, created_at, num, kind, state, request_bytes, model, created_by, left_at)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
DROP INDEX CONCURRENTLY IF EXISTS jobs_open_of;
ALTER INDEX jobs_open_of_new RENAME TO jobs_open_of;
-- What ended lately.
DROP INDEX CONCURRENTLY IF EXISTS jobs_ended;
CREATE INDEX CONCURRENTLY jobs_ended ON jobs (workspace, finished_at, kind, state, num, left_at) WHERE left_at IS NULL AND finished_at IS NOT NULL;
