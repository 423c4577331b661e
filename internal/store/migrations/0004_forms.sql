-- The official forms of dossiers: ordered with the step that yields them, written
-- soon after, never changed once written.

-- +goose Up
CREATE TABLE forms (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  n INTEGER NOT NULL,
  seq BIGINT NOT NULL,
  state TEXT NOT NULL,
  data TEXT NOT NULL,
  law_day TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  number TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  storage_name TEXT NOT NULL DEFAULT '',
  bytes BIGINT NOT NULL DEFAULT 0,
  media_type TEXT NOT NULL DEFAULT '',
  pages INTEGER NOT NULL DEFAULT 0,
  mark TEXT NOT NULL DEFAULT '',
  key_id TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL,
  rendered_at TIMESTAMPTZ,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ NOT NULL,
  cause TEXT NOT NULL DEFAULT '',
  UNIQUE (dossier_code, kind, n),
  UNIQUE (dossier_code, seq, kind)
);
CREATE INDEX forms_pending ON forms (next_at) WHERE state = 'pending';

-- +goose Down
DROP TABLE forms;
