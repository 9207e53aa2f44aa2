-- +goose Up

-- For databases that have had millions of jobs: what has left is passed over
-- without being walked.
CREATE INDEX jobs_kept ON jobs (workspace, num) WHERE left_at IS NULL;
DROP INDEX jobs_of_workspace;
CREATE INDEX jobs_kept_of_many ON jobs (workspace, model, num) WHERE rid IS NULL AND left_at IS NULL;
DROP INDEX jobs_of_many;
CREATE INDEX idempotency_of_job ON idempotency (workspace, job);
CREATE INDEX departed_since ON departed (deleted_at);
