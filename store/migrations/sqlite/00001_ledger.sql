-- +goose Up

-- One row a setting of the whole installation.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace  INTEGER NOT NULL REFERENCES workspaces (id),
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,
  hint       TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_keys_live ON api_keys (workspace, name) WHERE revoked_at IS NULL;

-- What the tables of customers were made from.
CREATE TABLE models (
  name    TEXT PRIMARY KEY,
  digest  TEXT NOT NULL,
  columns TEXT NOT NULL -- JSON: [{"name", "kind"}], all that the table ever had
) STRICT, WITHOUT ROWID;

-- Record numbers are leased to a workspace in blocks of 65,536, so that a
-- range of numbers inside a block holds one workspace's records alone. next
-- only grows: no number is ever given twice.
CREATE TABLE blocks (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  block     INTEGER NOT NULL, -- numbers block * 65536 and on
  next      INTEGER NOT NULL, -- the first number of the block not given yet
  PRIMARY KEY (workspace, model, block)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blocks_once ON blocks (model, block);

-- Ids and other numbers that a workspace counts for itself.
CREATE TABLE sequences (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  field     TEXT NOT NULL,
  next      INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, field)
) STRICT, WITHOUT ROWID;

-- What workspaces have added to the options of drop-downs. field is the name,
-- or the dotted path below an object.
CREATE TABLE field_options (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  field     TEXT NOT NULL,
  value     TEXT NOT NULL,
  added_at  INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, field, value)
) STRICT, WITHOUT ROWID;

-- Deleted records leave their number and id, so that results can name them.
CREATE TABLE departed (
  workspace  INTEGER NOT NULL,
  model      TEXT NOT NULL,
  rid        INTEGER NOT NULL,
  id         TEXT NOT NULL,
  deleted_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, rid)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  num          INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace    INTEGER NOT NULL REFERENCES workspaces (id),
  id           TEXT NOT NULL UNIQUE,
  kind         TEXT NOT NULL,
  model        TEXT NOT NULL,
  digest       TEXT NOT NULL, -- of the model when the job was accepted
  state        TEXT NOT NULL,
  revision     INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  started_at   INTEGER,
  finished_at  INTEGER,
  filter       TEXT,          -- as given; NULL for a single
  patch        TEXT,          -- as shown: secrets masked; NULL for an undo
  change       TEXT NOT NULL, -- the checked patch as it is applied
  options      TEXT NOT NULL,
  expected     TEXT NOT NULL, -- digest of the selection a preview showed, or ''
  if_match     INTEGER,
  origin       INTEGER REFERENCES jobs (num), -- the job that this one retries or undoes
  source       INTEGER REFERENCES jobs (num), -- the job whose changes this one takes back
  confirms     TEXT NOT NULL DEFAULT '',      -- of a preview: what its token signs
  preview      TEXT,          -- of a preview: what it found, JSON
  values_kept  INTEGER NOT NULL DEFAULT 1,    -- 2 when the former values are leaving, or of a job that has left its rows; 0 when they have
  left_at      INTEGER,       -- when the job has left: only its state and counts stay
  record_id    TEXT,          -- of a single, as shown
  rid          INTEGER,
  matched      INTEGER,       -- NULL until the selection is fixed
  updated      INTEGER NOT NULL DEFAULT 0, -- a single's outcome; a bulk's are its shards'
  unchanged    INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  conflicted   INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  summary      TEXT NOT NULL DEFAULT '[]', -- of a single's error; a bulk's are its shards'
  throttle     REAL,
  resumed      INTEGER NOT NULL DEFAULT 0, -- 1 when the last action was to resume it
  error_code   TEXT,
  error_detail TEXT
) STRICT;
CREATE INDEX jobs_of_workspace ON jobs (workspace, num);
CREATE INDEX jobs_of_origin ON jobs (workspace, origin) WHERE origin IS NOT NULL;
CREATE INDEX jobs_of_source ON jobs (workspace, source) WHERE source IS NOT NULL;
CREATE INDEX jobs_to_leave ON jobs (finished_at) WHERE left_at IS NULL;
CREATE INDEX jobs_with_values ON jobs (finished_at) WHERE values_kept > 0;
CREATE INDEX jobs_open ON jobs (num)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
CREATE INDEX jobs_of_record ON jobs (workspace, model, rid, num) WHERE rid IS NOT NULL;
CREATE INDEX jobs_of_many ON jobs (workspace, model, num) WHERE rid IS NULL;

-- A shard is a part of a job's selection that one worker at a time works on:
-- the selected numbers from first to before_rid. Shard 0 also resolves the
-- filter, before there are others.
CREATE TABLE shards (
  workspace    INTEGER NOT NULL,
  job          INTEGER NOT NULL REFERENCES jobs (num),
  no           INTEGER NOT NULL,
  open         INTEGER NOT NULL,           -- 1 until its last number has an outcome
  epoch        INTEGER NOT NULL DEFAULT 0, -- raised by each claim: a holder of an older one is fenced off
  held         INTEGER NOT NULL DEFAULT 0, -- 1 between a claim and its yield
  beat         INTEGER NOT NULL DEFAULT 0, -- raised by each sign of life
  beat_at      INTEGER,
  resumes      INTEGER NOT NULL DEFAULT 0, -- claims whose holder before had not yielded
  revision     INTEGER NOT NULL DEFAULT 0,
  first_rid    INTEGER NOT NULL DEFAULT 0,
  before_rid   INTEGER NOT NULL DEFAULT 0,
  next_rid     INTEGER NOT NULL DEFAULT 0, -- the checkpoint: numbers below it have an outcome
  updated      INTEGER NOT NULL DEFAULT 0,
  unchanged    INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  conflicted   INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  summary      TEXT NOT NULL DEFAULT '[]', -- JSON: reasons, counts, sample ids
  chunk_at     INTEGER,                    -- when the last chunk was committed
  rate         REAL NOT NULL DEFAULT 0,    -- records a second, smoothed
  wait_reason  TEXT,
  PRIMARY KEY (workspace, job, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX shards_open ON shards (job, no) WHERE open = 1;

-- The selection of a job: for each window of 65,536 numbers the selected
-- ones, as a Roaring bitmap of their offsets.
CREATE TABLE selection (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  window    INTEGER NOT NULL,
  numbers   BLOB NOT NULL,
  PRIMARY KEY (workspace, job, window)
) STRICT;

-- What a chunk did: one row a chunk. Number sets are Roaring bitmaps of
-- offsets from first_rid.
CREATE TABLE changes (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  first_rid INTEGER NOT NULL,
  last_rid  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  updated   BLOB,
  unchanged BLOB,
  former    BLOB, -- values before, of the updated; NULL when they are no longer kept
  written   BLOB, -- values after, where they are not the patch's alone: of an undo
  refused   TEXT, -- JSON: the skipped, conflicted and failed, each with its reason
  PRIMARY KEY (workspace, job, first_rid)
) STRICT;

-- Work that Redis has not been told of yet, in the order in which it came.
CREATE TABLE outbox (
  place     INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  shard     INTEGER NOT NULL,
  single    INTEGER NOT NULL,
  epoch     INTEGER NOT NULL, -- at which the task will find the shard
  seq       INTEGER NOT NULL, -- names this ring, so that two relays send it once
  wait      INTEGER NOT NULL, -- microseconds to let pass before it is told; no clock time, so that none can step
  reason    TEXT,             -- why it cannot be told now, NULL when it can
  UNIQUE (workspace, job, shard)
) STRICT;
CREATE INDEX outbox_singles ON outbox (single, place);

CREATE TABLE idempotency (
  workspace   INTEGER NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  job         INTEGER NOT NULL REFERENCES jobs (num),
  PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;
