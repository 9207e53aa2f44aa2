-- +goose NO TRANSACTION
-- +goose Up

-- The switches of the brake: one row for each workspace that has used it, and
-- workspace 0 for that of every workspace.
CREATE TABLE IF NOT EXISTS brakes (
  workspace   bigint PRIMARY KEY,
  reason      text COLLATE "C" NOT NULL, -- '' while it is off
  since       bigint NOT NULL,           -- when it was last switched on or off
  switched_by text COLLATE "C" NOT NULL, -- the actor
  revision    bigint NOT NULL            -- grows with each change, and the revisions of the jobs that it holds with it
);
