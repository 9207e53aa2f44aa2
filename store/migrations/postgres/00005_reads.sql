-- +goose NO TRANSACTION
-- +goose Up

-- How much of the model a job that is being resolved has examined, in tenths
-- of a percent. The column comes quickly or not at all.
SET lock_timeout = '2s';
ALTER TABLE shards ADD COLUMN IF NOT EXISTS resolved bigint NOT NULL DEFAULT 0;
SET lock_timeout = 0;

-- When the first job was accepted that is kept, and which of those that are
-- kept follow another: names of deleted records stay as long as they do.
DROP INDEX CONCURRENTLY IF EXISTS jobs_kept_since;
CREATE INDEX CONCURRENTLY jobs_kept_since ON jobs (created_at) WHERE left_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_kept_following;
CREATE INDEX CONCURRENTLY jobs_kept_following ON jobs (workspace, origin, created_at, left_at) WHERE left_at IS NULL AND origin IS NOT NULL;
