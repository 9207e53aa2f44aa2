-- +goose Up

-- The switches of the brake: one row for each workspace that has used it, and
-- workspace 0 for that of every workspace.
CREATE TABLE brakes (
  workspace   INTEGER PRIMARY KEY,
  reason      TEXT NOT NULL,    -- '' while it is off
  since       INTEGER NOT NULL, -- when it was last switched on or off
  switched_by TEXT NOT NULL,    -- the actor
  revision    INTEGER NOT NULL  -- grows with each change, and the revisions of the jobs that it holds with it
) STRICT, WITHOUT ROWID;
