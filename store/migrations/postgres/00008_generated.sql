-- +goose Up

-- What the store has lately generated, as ranges: of a counted field the
-- values, of an id, whatever its kind, the numbers of the records that got
-- one. An import that names one of them in a line means something else.
CREATE TABLE generated (
  workspace bigint NOT NULL,
  model     text NOT NULL,
  field     text NOT NULL,
  first     bigint NOT NULL,
  last      bigint NOT NULL,
  noted_at  bigint NOT NULL, -- when it was last extended, to the hour
  PRIMARY KEY (workspace, model, field, first)
);
CREATE INDEX generated_since ON generated (noted_at);
