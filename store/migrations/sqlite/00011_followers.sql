-- +goose Up

-- 1 of an undo of chosen records; an undo without it is of all.
ALTER TABLE jobs ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0;
-- JSON: of the records that an undo met changed, by offset, the values that
-- the job had written, that there were and that there had been before, and the
-- job that had changed it last. NULL when they are no longer kept.
ALTER TABLE changes ADD COLUMN conflicts TEXT;
-- The words of a job's note in small letters, each behind a space; NULL
-- without one.
ALTER TABLE jobs ADD COLUMN note_words TEXT;

-- Records that were deleted are found by the ids that an undo names, too.
CREATE INDEX departed_of_id ON departed (workspace, model, id);
-- Jobs are listed by when they were accepted, and those with a note are few.
CREATE INDEX jobs_listed ON jobs (workspace, created_at, num) WHERE left_at IS NULL;
CREATE INDEX jobs_noted ON jobs (workspace, created_at, num) WHERE left_at IS NULL AND note_words IS NOT NULL;
