-- +goose Up

-- The states that a job has come to after it was accepted: JSON objects, each
-- with a comma behind it. The end of a single is not among them.
ALTER TABLE jobs ADD COLUMN transitions TEXT NOT NULL DEFAULT '';
