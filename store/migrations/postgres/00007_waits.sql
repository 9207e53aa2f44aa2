-- +goose NO TRANSACTION
-- +goose Up

-- The magnitude of the wait, see scaleOf. Of each the wake-ups that came first
-- are read, so that none is hidden by others which wait less and come again
-- and again. The column comes quickly or not at all.
SET lock_timeout = '2s';
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS scale bigint NOT NULL DEFAULT 0;
SET lock_timeout = 0;
UPDATE outbox SET scale = 1 WHERE wait > 0 AND scale = 0;

DROP INDEX CONCURRENTLY IF EXISTS outbox_first_singles;
CREATE INDEX CONCURRENTLY outbox_first_singles ON outbox (model, scale, place) WHERE single = 1;
DROP INDEX CONCURRENTLY IF EXISTS outbox_single;
DROP INDEX CONCURRENTLY IF EXISTS outbox_first_bulks;
CREATE INDEX CONCURRENTLY outbox_first_bulks ON outbox (workspace, model, scale, place) WHERE single = 0;
DROP INDEX CONCURRENTLY IF EXISTS outbox_bulk;
