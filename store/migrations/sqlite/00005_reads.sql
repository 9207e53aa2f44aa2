-- +goose Up

-- How much of the model a job that is being resolved has examined, in tenths
-- of a percent.
ALTER TABLE shards ADD COLUMN resolved INTEGER NOT NULL DEFAULT 0;

-- When the first job was accepted that is kept, and which of those that are
-- kept follow another: names of deleted records stay as long as they do.
CREATE INDEX jobs_kept_since ON jobs (created_at) WHERE left_at IS NULL;
CREATE INDEX jobs_kept_following ON jobs (workspace, origin, created_at, left_at) WHERE left_at IS NULL AND origin IS NOT NULL;
