-- +goose NO TRANSACTION
-- +goose Up

-- For databases that have had millions of jobs: what has left is passed over
-- without being walked. Each index is made beside the writers, and one that a
-- crash has left half made is made anew.
DROP INDEX CONCURRENTLY IF EXISTS jobs_kept;
CREATE INDEX CONCURRENTLY jobs_kept ON jobs (workspace, num) WHERE left_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_kept_of_many;
CREATE INDEX CONCURRENTLY jobs_kept_of_many ON jobs (workspace, model, num) WHERE rid IS NULL AND left_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_of_many;
DROP INDEX CONCURRENTLY IF EXISTS idempotency_of_job;
CREATE INDEX CONCURRENTLY idempotency_of_job ON idempotency (workspace, job);
DROP INDEX CONCURRENTLY IF EXISTS departed_since;
CREATE INDEX CONCURRENTLY departed_since ON departed (deleted_at);
