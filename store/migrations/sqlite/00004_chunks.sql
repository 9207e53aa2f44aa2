-- +goose Up

-- How many records the next chunk is to take, 0 before the first; and since
-- when, and how often, the database answered and nothing was committed.
ALTER TABLE shards ADD COLUMN chunk_records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shards ADD COLUMN fruitless INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shards ADD COLUMN fruitless_since INTEGER;
