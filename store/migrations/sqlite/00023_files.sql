-- +goose Up

-- Tables whose rows file jobs take their values from.
CREATE TABLE files (
  workspace  INTEGER NOT NULL,
  id         TEXT NOT NULL,              -- ordered by time, as ids of jobs are
  model      TEXT NOT NULL,
  name       TEXT NOT NULL,
  dialect    TEXT NOT NULL,              -- JSON: how it is read
  columns    TEXT NOT NULL,              -- JSON: the headers
  row_count  INTEGER NOT NULL DEFAULT 0,
  bytes      INTEGER NOT NULL DEFAULT 0, -- as it was uploaded
  packed     INTEGER NOT NULL DEFAULT 0, -- bytes of its blocks, so far
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  key_id     INTEGER,
  complete   INTEGER NOT NULL DEFAULT 0, -- 0 while it is uploaded and while it is purged: nobody sees it
  expires_at INTEGER NOT NULL,           -- when it is purged: a complete file unless a job needs it, an upload unless it goes on
  PRIMARY KEY (workspace, id)
) STRICT;
CREATE INDEX files_due ON files (expires_at, workspace, id);
CREATE INDEX files_listed ON files (workspace, model, id) WHERE complete = 1;
CREATE INDEX files_packed ON files (workspace, packed);

-- The rows of files, in compressed blocks of some hundred; see fileBlock.
CREATE TABLE file_blocks (
  workspace INTEGER NOT NULL,
  file      TEXT NOT NULL,
  first_row INTEGER NOT NULL, -- index of its first row in the file, from 0
  data      BLOB NOT NULL,
  PRIMARY KEY (workspace, file, first_row)
) STRICT;

-- The file of a file job, of its retries and previews. Null for other jobs, and of
-- earlier versions.
ALTER TABLE jobs ADD COLUMN file TEXT;
-- What such a job does with the rows of its file, JSON, as stored and as shown. Null
-- for other jobs and of tombstones.
ALTER TABLE jobs ADD COLUMN target TEXT;
CREATE INDEX jobs_of_file ON jobs (workspace, file) WHERE file IS NOT NULL;

-- Which row of its file each record of a file job has: for each window of its
-- selection the index and the line of each selected number's row, in the order of the
-- numbers. Retries and previews have those of the first job of their chain.
CREATE TABLE row_numbers (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL,
  window    INTEGER NOT NULL,
  rows      BLOB NOT NULL,
  PRIMARY KEY (workspace, job, window)
) STRICT;

-- Outcomes of the rows of a file job that no record is changed for, some hundred a
-- row of the table.
CREATE TABLE row_outcomes (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  last_row  INTEGER NOT NULL,
  refused   TEXT NOT NULL, -- JSON: the rows, each with its reason
  PRIMARY KEY (workspace, job, first_row)
) STRICT;
