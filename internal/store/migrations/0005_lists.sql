-- The list of each office and authority on each working morning, and what finds
-- those dossiers without reading all.

-- +goose Up
CREATE TABLE daily_lists (
  unit_kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  network TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (day, unit_kind, unit)
);

CREATE INDEX dossiers_overdue ON dossiers (office) WHERE closed_at IS NULL AND overdue;
CREATE INDEX dossiers_warned ON dossiers (office) WHERE closed_at IS NULL AND clock_mark <> '';
CREATE INDEX dossiers_parked ON dossiers (office) WHERE closed_at IS NULL AND parked <> '';

-- +goose Down
DROP INDEX dossiers_parked;
DROP INDEX dossiers_warned;
DROP INDEX dossiers_overdue;
DROP TABLE daily_lists;
