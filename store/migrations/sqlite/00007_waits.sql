-- +goose Up

-- The magnitude of the wait, see scaleOf. Of each the wake-ups that came first
-- are read, so that none is hidden by others which wait less and come again
-- and again.
ALTER TABLE outbox ADD COLUMN scale INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET scale = 1 WHERE wait > 0;
CREATE INDEX outbox_first_singles ON outbox (model, scale, place) WHERE single = 1;
DROP INDEX outbox_single;
CREATE INDEX outbox_first_bulks ON outbox (workspace, model, scale, place) WHERE single = 0;
DROP INDEX outbox_bulk;
