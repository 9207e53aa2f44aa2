-- +goose Up

-- Columns come quickly or not at all: others wait behind who waits for a table.
SET LOCAL lock_timeout = '2s';

-- How many records the next chunk is to take, 0 before the first; and since
-- when, and how often, the database answered and nothing was committed.
ALTER TABLE shards ADD COLUMN chunk_records bigint NOT NULL DEFAULT 0;
ALTER TABLE shards ADD COLUMN fruitless bigint NOT NULL DEFAULT 0;
ALTER TABLE shards ADD COLUMN fruitless_since bigint;
