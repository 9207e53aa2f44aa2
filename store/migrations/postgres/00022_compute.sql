-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- The computation of a job as it is shown, JSON. Null for none, for an undo, and of
-- earlier versions. The column change says how to carry it out.
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS compute text;
SET lock_timeout = 0;
