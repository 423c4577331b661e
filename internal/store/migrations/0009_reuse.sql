-- Who may open a scan that a dossier reuses is asked by the scan.

-- +goose Up
CREATE INDEX components_by_reused ON components (document_id) WHERE form = 'reused';

-- +goose Down
DROP INDEX components_by_reused;
