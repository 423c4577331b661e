-- The legal clock: how each dossier's term stands, every version of its due date
-- with its reason, and every pause.

-- +goose Up
ALTER TABLE dossiers ADD COLUMN clock TEXT NOT NULL DEFAULT '{}';
ALTER TABLE dossiers ADD COLUMN clock_mark TEXT NOT NULL DEFAULT '';

CREATE TABLE due_dates (
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  n INTEGER NOT NULL,
  due_at TIMESTAMPTZ NOT NULL,
  kind TEXT NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  term_n INTEGER NOT NULL DEFAULT 0,
  term_unit TEXT NOT NULL DEFAULT '',
  clock_id TEXT NOT NULL,
  clock_version TEXT NOT NULL,
  calendar TEXT NOT NULL,
  calendar_version TEXT NOT NULL,
  derivation TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  seq BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (dossier_code, n)
);

CREATE TABLE clock_pauses (
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  n INTEGER NOT NULL,
  from_at TIMESTAMPTZ NOT NULL,
  to_at TIMESTAMPTZ,
  reason TEXT NOT NULL,
  basis TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (dossier_code, n)
);

CREATE INDEX dossiers_running ON dossiers (due_at) WHERE closed_at IS NULL AND due_at IS NOT NULL;

-- +goose Down
DROP INDEX dossiers_running;
DROP TABLE clock_pauses;
DROP TABLE due_dates;
ALTER TABLE dossiers DROP COLUMN clock_mark;
ALTER TABLE dossiers DROP COLUMN clock;
