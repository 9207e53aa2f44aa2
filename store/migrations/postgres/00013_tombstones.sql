-- +goose NO TRANSACTION
-- +goose Up

-- Tombstones have an end: those of which nothing else is left, in the order in
-- which they go.
DROP INDEX CONCURRENTLY IF EXISTS jobs_gone;
CREATE INDEX CONCURRENTLY jobs_gone ON jobs (left_at, workspace, num) WHERE left_at IS NOT NULL AND values_kept = 0;
