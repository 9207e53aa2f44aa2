-- +goose Up

-- The tables are those of SQLite, under the same names, with these
-- differences. Keys begin with the workspace wherever a table has one, so that
-- the tables can be cut by it. There are no foreign keys: a row's job is never
-- deleted, and checking for it would lock the job's row in every chunk. Truth
-- values are 0 and 1, as there. Times are microseconds since 1970, UTC.

-- One row a setting of the whole installation.
CREATE TABLE settings (
  name  text PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE workspaces (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL UNIQUE,
  created_at bigint NOT NULL
);

CREATE TABLE api_keys (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace  bigint NOT NULL REFERENCES workspaces (id),
  name       text NOT NULL,
  hash       text NOT NULL UNIQUE,
  hint       text NOT NULL,
  scopes     text NOT NULL,
  created_at bigint NOT NULL,
  revoked_at bigint
);
CREATE UNIQUE INDEX api_keys_live ON api_keys (workspace, name) WHERE revoked_at IS NULL;

-- What the tables of customers were made from.
CREATE TABLE models (
  name    text PRIMARY KEY,
  digest  text NOT NULL,
  columns text NOT NULL -- JSON: [{"name", "kind"}], all that the table ever had
);

-- Record numbers are leased to a workspace in blocks of 65,536, so that a
-- range of numbers inside a block holds one workspace's records alone. next
-- only grows: no number is ever given twice.
CREATE TABLE blocks (
  workspace bigint NOT NULL,
  model     text NOT NULL,
  block     bigint NOT NULL, -- numbers block * 65536 and on
  next      bigint NOT NULL, -- the first number of the block not given yet
  PRIMARY KEY (workspace, model, block)
);
CREATE UNIQUE INDEX blocks_once ON blocks (model, block);

-- Ids and other numbers that a workspace counts for itself.
CREATE TABLE sequences (
  workspace bigint NOT NULL,
  model     text NOT NULL,
  field     text NOT NULL,
  next      bigint NOT NULL,
  PRIMARY KEY (workspace, model, field)
);

-- What workspaces have added to the options of drop-downs. field is the name,
-- or the dotted path below an object.
CREATE TABLE field_options (
  workspace bigint NOT NULL,
  model     text NOT NULL,
  field     text NOT NULL,
  value     text COLLATE "C" NOT NULL,
  added_at  bigint NOT NULL,
  PRIMARY KEY (workspace, model, field, value)
);

-- Deleted records leave their number and id, so that results can name them.
CREATE TABLE departed (
  workspace  bigint NOT NULL,
  model      text NOT NULL,
  rid        bigint NOT NULL,
  id         text NOT NULL,
  deleted_at bigint NOT NULL,
  PRIMARY KEY (workspace, model, rid)
);

CREATE TABLE jobs (
  num          bigint GENERATED ALWAYS AS IDENTITY,
  workspace    bigint NOT NULL,
  id           text NOT NULL,
  kind         text NOT NULL,
  model        text NOT NULL,
  digest       text NOT NULL, -- of the model when the job was accepted
  state        text NOT NULL,
  revision     bigint NOT NULL DEFAULT 1,
  created_at   bigint NOT NULL,
  created_by   text NOT NULL,
  started_at   bigint,
  finished_at  bigint,
  filter       text,          -- as given; NULL for a single
  patch        text,          -- as shown: secrets masked; NULL for an undo
  change       text NOT NULL, -- the checked patch as it is applied
  options      text NOT NULL,
  expected     text NOT NULL, -- digest of the selection a preview showed, or ''
  if_match     bigint,
  origin       bigint,        -- the job that this one retries or undoes
  source       bigint,        -- the job whose changes this one takes back
  confirms     text NOT NULL DEFAULT '',   -- of a preview: what its token signs
  preview      text,          -- of a preview: what it found, JSON
  values_kept  bigint NOT NULL DEFAULT 1,  -- 2 when the former values are leaving, or of a job that has left its rows; 0 when they have
  left_at      bigint,        -- when the job has left: only its state and counts stay
  record_id    text,          -- of a single, as shown
  rid          bigint,
  matched      bigint,        -- NULL until the selection is fixed
  updated      bigint NOT NULL DEFAULT 0,  -- a single's outcome; a bulk's are its shards'
  unchanged    bigint NOT NULL DEFAULT 0,
  skipped      bigint NOT NULL DEFAULT 0,
  conflicted   bigint NOT NULL DEFAULT 0,
  failed       bigint NOT NULL DEFAULT 0,
  summary      text NOT NULL DEFAULT '[]', -- of a single's error; a bulk's are its shards'
  throttle     double precision,
  resumed      bigint NOT NULL DEFAULT 0,  -- 1 when the last action was to resume it
  error_code   text,
  error_detail text,
  PRIMARY KEY (workspace, num),
  UNIQUE (workspace, id)
);
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
  workspace    bigint NOT NULL,
  job          bigint NOT NULL,
  no           bigint NOT NULL,
  open         bigint NOT NULL,           -- 1 until its last number has an outcome
  epoch        bigint NOT NULL DEFAULT 0, -- raised by each claim: a holder of an older one is fenced off
  held         bigint NOT NULL DEFAULT 0, -- 1 between a claim and its yield
  beat         bigint NOT NULL DEFAULT 0, -- raised by each sign of life
  beat_at      bigint,
  resumes      bigint NOT NULL DEFAULT 0, -- claims whose holder before had not yielded
  revision     bigint NOT NULL DEFAULT 0,
  first_rid    bigint NOT NULL DEFAULT 0,
  before_rid   bigint NOT NULL DEFAULT 0,
  next_rid     bigint NOT NULL DEFAULT 0, -- the checkpoint: numbers below it have an outcome
  updated      bigint NOT NULL DEFAULT 0,
  unchanged    bigint NOT NULL DEFAULT 0,
  skipped      bigint NOT NULL DEFAULT 0,
  conflicted   bigint NOT NULL DEFAULT 0,
  failed       bigint NOT NULL DEFAULT 0,
  summary      text NOT NULL DEFAULT '[]', -- JSON: reasons, counts, sample ids
  chunk_at     bigint,                     -- when the last chunk was committed
  rate         double precision NOT NULL DEFAULT 0, -- records a second, smoothed
  wait_reason  text,
  PRIMARY KEY (workspace, job, no)
) WITH (fillfactor = 50); -- each chunk writes its shard anew: into the same page, without touching an index
CREATE INDEX shards_open ON shards (job, no) WHERE open = 1;

-- The selection of a job: for each window of 65,536 numbers the selected
-- ones, as a Roaring bitmap of their offsets.
CREATE TABLE selection (
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  "window"  bigint NOT NULL,
  numbers   bytea NOT NULL,
  PRIMARY KEY (workspace, job, "window")
);

-- What a chunk did: one row a chunk. Number sets are Roaring bitmaps of
-- offsets from first_rid.
CREATE TABLE changes (
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  first_rid bigint NOT NULL,
  last_rid  bigint NOT NULL,
  at        bigint NOT NULL,
  updated   bytea,
  unchanged bytea,
  former    bytea, -- values before, of the updated; NULL when they are no longer kept
  written   bytea, -- values after, where they are not the patch's alone: of an undo
  refused   text,  -- JSON: the skipped, conflicted and failed, each with its reason
  PRIMARY KEY (workspace, job, first_rid)
);

-- Work that Redis has not been told of yet, in the order in which it came.
CREATE TABLE outbox (
  place     bigint GENERATED ALWAYS AS IDENTITY,
  workspace bigint NOT NULL,
  job       bigint NOT NULL,
  shard     bigint NOT NULL,
  single    bigint NOT NULL,
  epoch     bigint NOT NULL, -- at which the task will find the shard
  seq       bigint NOT NULL, -- names this ring, so that two relays send it once
  wait      bigint NOT NULL, -- microseconds to let pass before it is told; no clock time, so that none can step
  reason    text,            -- why it cannot be told now, NULL when it can
  PRIMARY KEY (workspace, job, shard)
);
CREATE INDEX outbox_singles ON outbox (single, place);

CREATE TABLE idempotency (
  workspace   bigint NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  job         bigint NOT NULL,
  PRIMARY KEY (workspace, key)
);
