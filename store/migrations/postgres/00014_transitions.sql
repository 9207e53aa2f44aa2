-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- The states that a job has come to after it was accepted: JSON objects, each
-- with a comma behind it. The end of a single is not among them.
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS transitions text NOT NULL DEFAULT '';
SET lock_timeout = 0;
