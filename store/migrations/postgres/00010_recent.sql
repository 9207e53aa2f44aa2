-- +goose Up

-- Columns come quickly or not at all: others wait behind who waits for a table.
SET LOCAL lock_timeout = '2s';

-- The last seconds of a shard, JSON: at what time how many of its records had
-- an outcome. It takes the place of rate, which only earlier versions use.
ALTER TABLE shards ADD COLUMN recent text NOT NULL DEFAULT '[]';
