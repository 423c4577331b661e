-- The request that wrote a row, and the place in its trace, so that whoever passes
-- the row on goes on there; and what counts the open dossiers without the closed.

-- +goose Up
ALTER TABLE outbox ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
CREATE INDEX dossiers_open ON dossiers (filed_at) WHERE closed_at IS NULL;

-- +goose Down
DROP INDEX dossiers_open;
ALTER TABLE inbox DROP COLUMN traceparent;
ALTER TABLE inbox DROP COLUMN request_id;
ALTER TABLE operations DROP COLUMN traceparent;
ALTER TABLE operations DROP COLUMN request_id;
ALTER TABLE outbox DROP COLUMN traceparent;
ALTER TABLE outbox DROP COLUMN request_id;
