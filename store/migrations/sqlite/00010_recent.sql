-- +goose Up

-- The last seconds of a shard, JSON: at what time how many of its records had
-- an outcome. It takes the place of rate, which only earlier versions use.
ALTER TABLE shards ADD COLUMN recent TEXT NOT NULL DEFAULT '[]';
