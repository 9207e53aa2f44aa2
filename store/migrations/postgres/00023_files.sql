-- +goose NO TRANSACTION
-- +goose Up

-- Tables whose rows file jobs take their values from.
CREATE TABLE IF NOT EXISTS files (
  workspace  bigint NOT NULL,
  id         text NOT NULL,             -- ordered by time, as ids of jobs are
  model      text NOT NULL,
  name       text NOT NULL,
  dialect    text NOT NULL,             -- JSON: how it is read
  columns    text NOT NULL,             -- JSON: the headers
  row_count  bigint NOT NULL DEFAULT 0,
  bytes      bigint NOT NULL DEFAULT 0, -- as it was uploaded
  packed     bigint NOT NULL DEFAULT 0, -- bytes of its blocks, so far
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  key_id     bigint,
  complete   bigint NOT NULL DEFAULT 0, -- 0 while it is uploaded and while it is purged: nobody sees it
  expires_at bigint NOT NULL,           -- when it is purged: a complete file unless a job needs it, an upload unless it goes on
  PRIMARY KEY (workspace, id)
);
CREATE INDEX IF NOT EXISTS files_due ON files (expires_at, workspace, id);
CREATE INDEX IF NOT EXISTS files_listed ON files (workspace, model, id) WHERE complete = 1;
CREATE INDEX IF NOT EXISTS files_packed ON files (workspace, packed);

-- The rows of files, in compressed blocks of some hundred; see fileBlock.
CREATE TABLE IF NOT EXISTS file_blocks (
  workspace bigint NOT NULL,
  file      text NOT NULL,
  first_row bigint NOT NULL, -- index of its first row in the file, from 0
  data      bytea NOT NULL,
  PRIMARY KEY (workspace, file, first_row)
);
-- Blocks are compressed already.
ALTER TABLE file_blocks ALTER COLUMN data SET STORAGE EXTERNAL;

-- Which row of its file each record of a file job has: for each window of its
-- selection the index and the line of each selected number's row, in the order of the
-- numbers. Retries and previews have those of the first job of their chain.
CREATE TABLE IF NOT EXISTS row_numbers (
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  "window"  bigint NOT NULL,
  rows      bytea NOT NULL,
  PRIMARY KEY (workspace, job, "window")
);

-- Outcomes of the rows of a file job that no record is changed for, some hundred a
-- row of the table.
CREATE TABLE IF NOT EXISTS row_outcomes (
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  first_row bigint NOT NULL,
  last_row  bigint NOT NULL,
  refused   text NOT NULL, -- JSON: the rows, each with its reason
  PRIMARY KEY (workspace, job, first_row)
);

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
ALTER TABLE jobs
  -- The file of a file job, of its retries and previews. Null for other jobs, and of
  -- earlier versions.
  ADD COLUMN IF NOT EXISTS file text,
  -- What such a job does with the rows of its file, JSON, as stored and as shown. Null
  -- for other jobs and of tombstones.
  ADD COLUMN IF NOT EXISTS target text;
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS jobs_of_file;
CREATE INDEX CONCURRENTLY jobs_of_file ON jobs (workspace, file) WHERE file IS NOT NULL;
