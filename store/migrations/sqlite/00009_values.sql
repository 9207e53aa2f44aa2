-- +goose Up

-- The form that the values of a model's records have been brought to, see
-- formOf.
ALTER TABLE models ADD COLUMN form TEXT NOT NULL DEFAULT '';
