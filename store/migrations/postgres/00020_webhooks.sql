-- +goose Up

-- The calls that jobs with the option webhook make when they end: one row a job,
-- written when the job is accepted.
CREATE TABLE IF NOT EXISTS webhooks (
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  url       text NOT NULL,               -- with its user and query, which are shown to nobody
  receiver  text NOT NULL,               -- host and port of the URL
  state     text NOT NULL DEFAULT 'waiting',
  due_at    bigint,                  -- when the next attempt is due, or the lease of the one that goes on ends; null for never
  begun_at  bigint,                  -- when the attempt that goes on was begun, null for none
  epoch     bigint NOT NULL DEFAULT 0, -- raised by each attempt: what sent an earlier one cannot record its end
  tries     bigint NOT NULL DEFAULT 0, -- attempts that failed since first_at
  first_at  bigint,                  -- first attempt since the end of the job, or since somebody asked for one
  body      text,                  -- what is sent, the same in every attempt; null before the first one
  attempts  text NOT NULL DEFAULT '[]',  -- JSON: the last ones
  PRIMARY KEY (workspace, job)
);
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (due_at, workspace, receiver, job) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS webhooks_waiting ON webhooks (workspace, job) WHERE state = 'waiting';

-- The secrets with which the calls of a workspace are signed.
CREATE TABLE IF NOT EXISTS webhook_secrets (
  workspace bigint NOT NULL PRIMARY KEY,
  secret    text NOT NULL,
  former    text NOT NULL DEFAULT '[]' -- JSON: those of before, which sign as well until they end
);
