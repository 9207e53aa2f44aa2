-- +goose NO TRANSACTION
-- +goose Up

-- Columns come quickly or not at all.
SET lock_timeout = '2s';
-- The span of the call that submitted the job, as the header traceparent names it.
-- Null for none: without traces, of earlier versions, and of tombstones.
ALTER TABLE jobs ADD COLUMN IF NOT EXISTS traceparent text;
SET lock_timeout = 0;
