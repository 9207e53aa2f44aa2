-- +goose Up

-- Who is signed in to the dashboard.
CREATE TABLE sessions (
  workspace  INTEGER NOT NULL,
  api_key    INTEGER NOT NULL, -- from which the session was made
  hash       TEXT NOT NULL,    -- SHA-256 of the token in the cookie
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, api_key, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_hash ON sessions (hash);
CREATE INDEX sessions_expiring ON sessions (expires_at);
