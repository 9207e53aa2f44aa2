-- +goose Up

-- The span of the call that submitted the job, as the header traceparent names it.
-- Null for none: without traces, of earlier versions, and of tombstones.
ALTER TABLE jobs ADD COLUMN traceparent TEXT;
