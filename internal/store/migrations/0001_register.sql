-- Types are PostgreSQL's; on SQLite the loader writes DATETIME for TIMESTAMPTZ.
-- Times are UTC with microseconds. Structured values are JSON text.

-- +goose Up
CREATE TABLE subjects (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  office TEXT NOT NULL DEFAULT '',
  network TEXT NOT NULL DEFAULT '',
  authority TEXT NOT NULL DEFAULT '',
  carrier TEXT NOT NULL DEFAULT '',
  disabled BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMPTZ NOT NULL
);

-- One row per catalogue entry and validity; a published procedure version never changes.
CREATE TABLE catalogue_entries (
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  loaded_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (kind, code, valid_from)
);

-- Running numbers: one row per office or authority and local day.
CREATE TABLE counters (
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, day)
);

CREATE TABLE dossiers (
  code TEXT PRIMARY KEY,
  office TEXT NOT NULL,
  network TEXT NOT NULL,
  area TEXT NOT NULL DEFAULT '',
  authority TEXT NOT NULL,
  procedure_code TEXT NOT NULL,
  procedure_version TEXT NOT NULL,
  procedure_from TEXT NOT NULL,
  case_code TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  clerk TEXT NOT NULL,
  free_help BOOLEAN NOT NULL,
  vulnerable BOOLEAN NOT NULL,
  mandate_kind TEXT NOT NULL,
  mandate_method TEXT NOT NULL DEFAULT '',
  mandate_document TEXT NOT NULL DEFAULT '',
  delivery_method TEXT NOT NULL,
  delivery_carrier TEXT NOT NULL DEFAULT '',
  delivery_state TEXT NOT NULL,
  shipment_id TEXT NOT NULL DEFAULT '',
  portal_code TEXT UNIQUE,
  filed_at TIMESTAMPTZ NOT NULL,
  received_at TIMESTAMPTZ,
  due_at TIMESTAMPTZ,
  closed_at TIMESTAMPTZ,
  stage TEXT NOT NULL,
  status INTEGER NOT NULL,
  route TEXT NOT NULL DEFAULT '',
  overdue BOOLEAN NOT NULL DEFAULT FALSE,
  parked TEXT NOT NULL DEFAULT '',
  waiting_who TEXT NOT NULL,
  waiting_what TEXT NOT NULL,
  waiting_until TIMESTAMPTZ,
  asked TEXT NOT NULL DEFAULT '[]',
  given BOOLEAN NOT NULL DEFAULT FALSE,
  fee_due BIGINT NOT NULL DEFAULT 0,
  fee_paid BIGINT NOT NULL DEFAULT 0,
  fee_refunded BIGINT NOT NULL DEFAULT 0,
  fee_asked BIGINT NOT NULL DEFAULT 0,
  result_known BOOLEAN NOT NULL DEFAULT FALSE,
  result_paper BOOLEAN NOT NULL DEFAULT FALSE,
  rounds INTEGER NOT NULL DEFAULT 0,
  submit_attempt INTEGER NOT NULL DEFAULT 0,
  submitted BOOLEAN NOT NULL DEFAULT FALSE,
  last_report TIMESTAMPTZ,
  rules_version TEXT NOT NULL,
  track_token TEXT NOT NULL UNIQUE,
  search_name TEXT NOT NULL,
  phone_tail TEXT NOT NULL DEFAULT '',
  id_tail TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL,
  step BIGINT NOT NULL DEFAULT 0,
  audit_head TEXT NOT NULL
);
CREATE INDEX dossiers_by_office ON dossiers (office, filed_at DESC, code);
CREATE INDEX dossiers_by_network ON dossiers (network, filed_at DESC, code);
CREATE INDEX dossiers_by_authority ON dossiers (authority, filed_at DESC, code);
CREATE INDEX dossiers_by_filing ON dossiers (filed_at DESC, code);

CREATE TABLE people (
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  part TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT '',
  full_name TEXT NOT NULL,
  citizen_id TEXT NOT NULL DEFAULT '',
  tax_code TEXT NOT NULL DEFAULT '',
  date_of_birth TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '',
  email TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  area TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (dossier_code, part)
);

-- Digest and storage name are kept apart, so that files may later be encrypted one by one.
CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  storage_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  pages INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  findings TEXT NOT NULL,
  profile TEXT NOT NULL,
  subject TEXT NOT NULL,
  office TEXT NOT NULL DEFAULT '',
  network TEXT NOT NULL DEFAULT '',
  authority TEXT NOT NULL DEFAULT '',
  carrier TEXT NOT NULL DEFAULT '',
  dossier_code TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX documents_by_dossier ON documents (dossier_code);

CREATE TABLE components (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  component TEXT NOT NULL,
  form TEXT NOT NULL,
  document_id TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  operation_id TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX components_by_dossier ON components (dossier_code, state);

-- Free text (a reason, a wish, a decision's words) is kept here and named by id elsewhere.
CREATE TABLE texts (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE audit_entries (
  dossier_code TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  data TEXT NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  step BIGINT NOT NULL DEFAULT 0,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (dossier_code, seq)
);
CREATE UNIQUE INDEX audit_entries_by_step ON audit_entries (dossier_code, step) WHERE step > 0;

-- All that a subject asked for under an idempotency key, with its answer.
CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  dossier_code TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '',
  text_id TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  response_status INTEGER NOT NULL DEFAULT 0,
  response_body TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ,
  UNIQUE (subject, idempotency_key)
);
CREATE INDEX operations_pending ON operations (next_at) WHERE state = 'pending';

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  dossier_code TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  done_at TIMESTAMPTZ,
  UNIQUE (kind, dossier_code)
);
CREATE INDEX outbox_pending ON outbox (next_at) WHERE state = 'pending';

CREATE TABLE inbox (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  event_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  dossier_code TEXT NOT NULL DEFAULT '',
  payload TEXT NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  applied_at TIMESTAMPTZ,
  UNIQUE (source, event_id)
);
CREATE INDEX inbox_pending ON inbox (next_at) WHERE state = 'pending';
CREATE INDEX inbox_by_dossier ON inbox (dossier_code);

-- Every act upon the outside world, written before the call.
CREATE TABLE effects (
  key TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  act TEXT NOT NULL,
  state TEXT NOT NULL,
  reference TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX effects_by_dossier ON effects (dossier_code);

CREATE TABLE shipments (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  dossier_code TEXT NOT NULL,
  leg TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  carrier TEXT NOT NULL,
  tracking_number TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  since TIMESTAMPTZ,
  attempts INTEGER NOT NULL DEFAULT 0,
  contradicted BOOLEAN NOT NULL DEFAULT FALSE,
  proof TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX shipments_by_dossier ON shipments (dossier_code);
CREATE INDEX shipments_by_carrier ON shipments (carrier, created_at DESC, id);

CREATE TABLE parcel_events (
  shipment_id TEXT NOT NULL REFERENCES shipments (id),
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  occurred_at TIMESTAMPTZ NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  text_id TEXT NOT NULL DEFAULT '',
  proof TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (shipment_id, event_id)
);

CREATE TABLE papers (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  component TEXT NOT NULL,
  form TEXT NOT NULL,
  holder_kind TEXT NOT NULL,
  holder_id TEXT NOT NULL DEFAULT '',
  offered_kind TEXT NOT NULL DEFAULT '',
  offered_id TEXT NOT NULL DEFAULT '',
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX papers_by_dossier ON papers (dossier_code);

CREATE TABLE payments (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL REFERENCES dossiers (code),
  operation_id TEXT NOT NULL UNIQUE,
  amount BIGINT NOT NULL,
  method TEXT NOT NULL,
  reference TEXT NOT NULL DEFAULT '',
  paid_at TIMESTAMPTZ NOT NULL,
  subject TEXT NOT NULL
);
CREATE INDEX payments_by_dossier ON payments (dossier_code);

CREATE TABLE results (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  document_id TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (source_id, document_id)
);
CREATE INDEX results_by_dossier ON results (dossier_code);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  cause TEXT NOT NULL DEFAULT '',
  due_at TIMESTAMPTZ NOT NULL,
  opened_at TIMESTAMPTZ NOT NULL,
  closed_at TIMESTAMPTZ
);
CREATE INDEX tasks_open ON tasks (dossier_code) WHERE closed_at IS NULL;

-- +goose Down
DROP TABLE tasks;
DROP TABLE results;
DROP TABLE payments;
DROP TABLE papers;
DROP TABLE parcel_events;
DROP TABLE shipments;
DROP TABLE effects;
DROP TABLE inbox;
DROP TABLE outbox;
DROP TABLE operations;
DROP TABLE audit_entries;
DROP TABLE texts;
DROP TABLE components;
DROP TABLE documents;
DROP TABLE people;
DROP TABLE dossiers;
DROP TABLE counters;
DROP TABLE catalogue_entries;
DROP TABLE subjects;
