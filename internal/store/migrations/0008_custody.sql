-- The ledger of paper originals, the bags that carry many of them, and the
-- nightly proof that each has exactly one holder.

-- +goose Up
ALTER TABLE dossiers ADD COLUMN custody_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossiers ADD COLUMN custody_head TEXT NOT NULL DEFAULT '';
ALTER TABLE papers ADD COLUMN bag TEXT NOT NULL DEFAULT '';
ALTER TABLE papers ADD COLUMN counted TEXT NOT NULL DEFAULT '';
ALTER TABLE papers ADD COLUMN lost BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX papers_by_bag ON papers (bag) WHERE bag <> '';

CREATE TABLE custody_entries (
  dossier_code TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  paper_id TEXT NOT NULL,
  act TEXT NOT NULL,
  to_kind TEXT NOT NULL DEFAULT '',
  to_id TEXT NOT NULL DEFAULT '',
  bag TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (dossier_code, seq)
);
CREATE INDEX custody_entries_by_time ON custody_entries (at);

CREATE TABLE bags (
  number TEXT PRIMARY KEY,
  office TEXT NOT NULL,
  network TEXT NOT NULL,
  authority TEXT NOT NULL,
  seal TEXT NOT NULL,
  holder_kind TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  offered_kind TEXT NOT NULL DEFAULT '',
  offered_id TEXT NOT NULL DEFAULT '',
  opened BOOLEAN NOT NULL DEFAULT FALSE,
  trouble TEXT NOT NULL DEFAULT '',
  counted TEXT NOT NULL DEFAULT '',
  waiting_who TEXT NOT NULL,
  waiting_what TEXT NOT NULL,
  waiting_until TIMESTAMPTZ,
  late BOOLEAN NOT NULL DEFAULT FALSE,
  step BIGINT NOT NULL DEFAULT 0,
  sealed_by TEXT NOT NULL,
  sealed_at TIMESTAMPTZ NOT NULL,
  handed_over_at TIMESTAMPTZ,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX bags_by_office ON bags (office, sealed_at DESC, number);
CREATE INDEX bags_by_network ON bags (network, sealed_at DESC, number);
CREATE INDEX bags_by_authority ON bags (authority, sealed_at DESC, number);
CREATE INDEX bags_by_holder ON bags (holder_kind, holder_id) WHERE NOT opened;
CREATE INDEX bags_by_offer ON bags (offered_kind, offered_id) WHERE NOT opened;

-- What lies in a bag, also after it was opened.
CREATE TABLE bag_papers (
  bag TEXT NOT NULL REFERENCES bags (number),
  paper_id TEXT NOT NULL REFERENCES papers (id),
  dossier_code TEXT NOT NULL,
  PRIMARY KEY (bag, paper_id)
);

CREATE TABLE bag_steps (
  bag TEXT NOT NULL REFERENCES bags (number),
  step BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  role TEXT NOT NULL,
  operation_id TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (bag, step)
);

CREATE TABLE custody_proofs (
  day TEXT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  dossiers BIGINT NOT NULL,
  papers BIGINT NOT NULL,
  bags BIGINT NOT NULL,
  before_ledger BIGINT NOT NULL,
  faults TEXT NOT NULL
);

-- +goose Down
DROP TABLE custody_proofs;
DROP TABLE bag_steps;
DROP TABLE bag_papers;
DROP TABLE bags;
DROP TABLE custody_entries;
DROP INDEX papers_by_bag;
ALTER TABLE papers DROP COLUMN lost;
ALTER TABLE papers DROP COLUMN counted;
ALTER TABLE papers DROP COLUMN bag;
ALTER TABLE dossiers DROP COLUMN custody_head;
ALTER TABLE dossiers DROP COLUMN custody_seq;
