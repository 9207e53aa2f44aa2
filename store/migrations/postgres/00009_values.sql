-- +goose Up

-- Columns come quickly or not at all: others wait behind who waits for a table.
SET LOCAL lock_timeout = '2s';

-- The form that the values of a model's records have been brought to, see
-- formOf.
ALTER TABLE models ADD COLUMN form text COLLATE "C" NOT NULL DEFAULT '';
