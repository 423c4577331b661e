-- The checklist by case, the route with its reasons, the portal's state, what is
-- asked for page by page, and what the funnel report counts.

-- +goose Up
-- round is the supplement that a component was handed on with: 0 not yet, -1 with
-- the submission itself.
ALTER TABLE components ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE components ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE components ADD COLUMN substitute TEXT NOT NULL DEFAULT '';

-- What the authority asks for now, component by component with pages.
ALTER TABLE dossiers ADD COLUMN asked_parts TEXT NOT NULL DEFAULT '[]';

-- Each decision on the way to the authority, the system's and those by hand.
CREATE TABLE route_decisions (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  n INTEGER NOT NULL,
  route TEXT NOT NULL,
  reasons TEXT NOT NULL,
  by_hand BOOLEAN NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  decided_at TIMESTAMPTZ NOT NULL,
  UNIQUE (dossier_code, n)
);
CREATE INDEX route_decisions_by_hand ON route_decisions (dossier_code) WHERE by_hand;

-- When the portal takes nothing, announced or not. A row is only ever ended.
CREATE TABLE portal_states (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_at TIMESTAMPTZ NOT NULL,
  until_at TIMESTAMPTZ,
  short_notice BOOLEAN NOT NULL,
  announced_at TIMESTAMPTZ NOT NULL,
  announced_by TEXT NOT NULL,
  ended_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX portal_states_by_from ON portal_states (from_at);

-- Filings that an agent had to turn away, counted without a person.
CREATE TABLE route_refusals (
  day TEXT NOT NULL,
  office TEXT NOT NULL,
  network TEXT NOT NULL,
  area TEXT NOT NULL,
  procedure_code TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (day, office, procedure_code)
);

-- +goose Down
DROP TABLE route_refusals;
DROP TABLE portal_states;
DROP TABLE route_decisions;
ALTER TABLE dossiers DROP COLUMN asked_parts;
ALTER TABLE components DROP COLUMN substitute;
ALTER TABLE components DROP COLUMN round;
ALTER TABLE components DROP COLUMN version;
