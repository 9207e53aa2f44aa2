-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- 1 of an undo of chosen records; an undo without it is of all.
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS chosen bigint NOT NULL DEFAULT 0;
-- JSON: of the records that an undo met changed, by offset, the values that
-- the job had written, that there were and that there had been before, and the
-- job that had changed it last. NULL when they are no longer kept.
ALTER TABLE changes ADD COLUMN IF NOT EXISTS conflicts text;
-- The words of a job's note in small letters, each behind a space; NULL
-- without one.
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS note_words text;
SET lock_timeout = 0;

-- Records that were deleted are found by the ids that an undo names, too.
DROP INDEX CONCURRENTLY IF EXISTS departed_of_id;
CREATE INDEX CONCURRENTLY departed_of_id ON departed (workspace, model, id);
-- Jobs are listed by when they were accepted, and those with a note are few.
DROP INDEX CONCURRENTLY IF EXISTS jobs_listed;
CREATE INDEX CONCURRENTLY jobs_listed ON jobs (workspace, created_at, num) WHERE left_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS jobs_noted;
CREATE INDEX CONCURRENTLY jobs_noted ON jobs (workspace, created_at, num) WHERE left_at IS NULL AND note_words IS NOT NULL;
