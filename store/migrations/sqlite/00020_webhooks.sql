-- +goose Up

-- The calls that jobs with the option webhook make when they end: one row a job,
-- written when the job is accepted.
CREATE TABLE webhooks (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL,
  url       TEXT NOT NULL,               -- with its user and query, which are shown to nobody
  receiver  TEXT NOT NULL,               -- host and port of the URL
  state     TEXT NOT NULL DEFAULT 'waiting',
  due_at    INTEGER,                  -- when the next attempt is due, or the lease of the one that goes on ends; null for never
  begun_at  INTEGER,                  -- when the attempt that goes on was begun, null for none
  epoch     INTEGER NOT NULL DEFAULT 0, -- raised by each attempt: what sent an earlier one cannot record its end
  tries     INTEGER NOT NULL DEFAULT 0, -- attempts that failed since first_at
  first_at  INTEGER,                  -- first attempt since the end of the job, or since somebody asked for one
  body      TEXT,                  -- what is sent, the same in every attempt; null before the first one
  attempts  TEXT NOT NULL DEFAULT '[]',  -- JSON: the last ones
  PRIMARY KEY (workspace, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_due ON webhooks (due_at, workspace, receiver, job) WHERE due_at IS NOT NULL;
CREATE INDEX webhooks_waiting ON webhooks (workspace, job) WHERE state = 'waiting';

-- The secrets with which the calls of a workspace are signed.
CREATE TABLE webhook_secrets (
  workspace INTEGER NOT NULL PRIMARY KEY,
  secret    TEXT NOT NULL,
  former    TEXT NOT NULL DEFAULT '[]' -- JSON: those of before, which sign as well until they end
) STRICT, WITHOUT ROWID;
