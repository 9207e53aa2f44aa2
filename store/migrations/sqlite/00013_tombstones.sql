-- +goose Up

-- Tombstones have an end. Rows that go with a job go before it, and nothing
-- refers to a job that has gone, as on PostgreSQL, where no constraint says so.
-- Here one did, and would look through five tables, for whose purpose none has
-- an index, at each job that goes. It is taken out of the text of the tables,
-- as https://sqlite.org/lang_altertable.html describes for constraints: no row
-- is touched.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES jobs (num)', '') WHERE type = 'table';
PRAGMA writable_schema = RESET;

-- Those of which nothing else is left, in the order in which they go.
CREATE INDEX jobs_gone ON jobs (left_at, workspace, num) WHERE left_at IS NOT NULL AND values_kept = 0;
