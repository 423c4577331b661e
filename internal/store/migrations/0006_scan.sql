-- Fingerprints of pages, to find one that was handed in for somebody else. Bands
-- are parts of a print: prints that differ in few bits agree in one of them whole.

-- +goose Up
CREATE TABLE page_prints (
  document_id TEXT NOT NULL REFERENCES documents (id),
  page INTEGER NOT NULL,
  hash BIGINT NOT NULL,
  print TEXT NOT NULL,
  PRIMARY KEY (document_id, page)
);

CREATE TABLE page_bands (
  bands INTEGER NOT NULL,
  band INTEGER NOT NULL,
  value BIGINT NOT NULL,
  document_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  PRIMARY KEY (document_id, page, bands, band)
);
CREATE INDEX page_bands_by_value ON page_bands (bands, band, value, document_id, page);

CREATE TABLE page_matches (
  document_id TEXT NOT NULL REFERENCES documents (id),
  page INTEGER NOT NULL,
  other_id TEXT NOT NULL REFERENCES documents (id),
  other_page INTEGER NOT NULL,
  found_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (document_id, page, other_id, other_page)
);

-- +goose Down
DROP TABLE page_matches;
DROP TABLE page_bands;
DROP TABLE page_prints;
