-- +goose Up

-- What the store has lately generated, as ranges: of a counted field the
-- values, of an id, whatever its kind, the numbers of the records that got
-- one. An import that names one of them in a line means something else.
CREATE TABLE generated (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  field     TEXT NOT NULL,
  first     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  noted_at  INTEGER NOT NULL, -- when it was last extended, to the hour
  PRIMARY KEY (workspace, model, field, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX generated_since ON generated (noted_at);
