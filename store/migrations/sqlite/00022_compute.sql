-- +goose Up

-- The computation of a job as it is shown, JSON. Null for none, for an undo, and of
-- earlier versions. The column change says how to carry it out.
ALTER TABLE jobs ADD COLUMN compute TEXT;
