-- +goose Up

-- Of a single, as shards have it: since when, and how often, the database
-- answered and nothing was committed.
ALTER TABLE jobs ADD COLUMN fruitless INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN fruitless_since INTEGER;
