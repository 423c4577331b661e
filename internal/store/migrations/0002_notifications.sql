-- What citizens are told, one row per change and channel; a row holds no
-- person's data: number and address are read when it is sent.

-- +goose Up
CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  dossier_code TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event TEXT NOT NULL,
  channel TEXT NOT NULL,
  version TEXT NOT NULL,
  lang TEXT NOT NULL,
  facts TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TIMESTAMPTZ NOT NULL,
  trying_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ,
  reference TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',
  UNIQUE (dossier_code, seq, event, channel)
);
CREATE INDEX notifications_pending ON notifications (channel, next_at) WHERE state = 'pending';

-- How each try ended.
CREATE TABLE notification_log (
  id TEXT PRIMARY KEY,
  notification_id TEXT NOT NULL REFERENCES notifications (id),
  at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ NOT NULL,
  channel TEXT NOT NULL,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL DEFAULT '',
  reference TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notification_log_by_notification ON notification_log (notification_id, at);

-- +goose Down
DROP TABLE notification_log;
DROP TABLE notifications;
