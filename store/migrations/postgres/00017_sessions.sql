-- +goose Up

-- Who is signed in to the dashboard.
CREATE TABLE IF NOT EXISTS sessions (
  workspace  bigint NOT NULL,
  api_key    bigint NOT NULL, -- from which the session was made
  hash       text COLLATE "C" NOT NULL, -- SHA-256 of the token in the cookie
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (workspace, api_key, hash)
);
CREATE INDEX IF NOT EXISTS sessions_by_hash ON sessions (hash);
CREATE INDEX IF NOT EXISTS sessions_expiring ON sessions (expires_at);
