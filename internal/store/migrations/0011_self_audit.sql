-- The register audits itself: signed roots over the heads of all ledgers, what a
-- proof of them found, dossiers that were looked at and what was put right, and
-- restores from a backup.

-- +goose Up

-- file is the signed root, '' while its heads are being gathered.
CREATE TABLE audit_roots (
  n BIGINT PRIMARY KEY,
  begun_at TIMESTAMPTZ NOT NULL,
  file TEXT NOT NULL DEFAULT ''
);

-- The heads that a root was signed over: of each dossier that has changed since
-- the root before.
CREATE TABLE audit_heads (
  dossier_code TEXT NOT NULL,
  root BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  custody_seq BIGINT NOT NULL,
  custody_hash TEXT NOT NULL,
  PRIMARY KEY (dossier_code, root)
);
CREATE INDEX audit_heads_by_root ON audit_heads (root);

CREATE TABLE audit_proofs (
  day TEXT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  dossiers BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  roots BIGINT NOT NULL,
  faults TEXT NOT NULL
);

-- What was found to be otherwise in workflow, portal or carrier than in the
-- register, and by which door it was put right.
CREATE TABLE corrections (
  id TEXT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  dossier_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  found TEXT NOT NULL,
  done TEXT NOT NULL
);
CREATE INDEX corrections_by_kind ON corrections (kind);
CREATE INDEX corrections_by_dossier ON corrections (dossier_code, at);

-- The last look at each dossier (or bag), the last at which portal and carriers
-- were asked, until when somebody is at it, and what was found that no door puts
-- right.
CREATE TABLE looks (
  dossier_code TEXT PRIMARY KEY,
  at TIMESTAMPTZ,
  asked_at TIMESTAMPTZ,
  held_until TIMESTAMPTZ,
  drift TEXT NOT NULL DEFAULT ''
);
CREATE INDEX looks_drifting ON looks (drift) WHERE drift <> '';

-- How far the samplers of all processes have come on their way through the
-- open dossiers.
CREATE TABLE walks (
  name TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  begun_at TIMESTAMPTZ NOT NULL,
  lap_ended_at TIMESTAMPTZ,
  lap_seconds BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE restores (
  id TEXT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  backup_at TIMESTAMPTZ NOT NULL,
  manifest TEXT NOT NULL
);

-- Running numbers that a restore passed over, because a register that is gone
-- may have given them: first and last of them.
CREATE TABLE skipped_numbers (
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (scope, day, first)
);

-- +goose Down
DROP TABLE skipped_numbers;
DROP TABLE restores;
DROP TABLE walks;
DROP TABLE looks;
DROP TABLE corrections;
DROP TABLE audit_proofs;
DROP TABLE audit_heads;
DROP TABLE audit_roots;
