-- +goose Up

-- Columns come quickly or not at all: others wait behind who waits for a table.
SET LOCAL lock_timeout = '2s';

-- Of a single, as shards have it: since when, and how often, the database
-- answered and nothing was committed.
ALTER TABLE jobs ADD COLUMN fruitless bigint NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN fruitless_since bigint;
