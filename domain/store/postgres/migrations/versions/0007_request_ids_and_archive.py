"""Request ids of commands, and the archive of commands settled long ago."""

from alembic import op

revision = "0007"
down_revision = "0006"

STEPS = """
ALTER TABLE commands ADD COLUMN request_id TEXT;
CREATE INDEX commands_received ON commands USING brin (received_at);
CREATE TABLE commands_archive (
  stream_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload JSONB NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  outcome TEXT,
  refusal JSONB,
  applied_at TIMESTAMP WITH TIME ZONE,
  published_at TIMESTAMP WITH TIME ZONE,
  request_id TEXT,
  PRIMARY KEY (stream_id, seq),
  CONSTRAINT commands_archive_id_key UNIQUE (id)
);
CREATE INDEX commands_archive_cause ON commands_archive (cause) WHERE cause IS NOT NULL;
CREATE INDEX commands_archive_made ON commands_archive (
  stream_id, coalesce(payload->>'incident_id', payload->>'component_id', payload->>'key_id',
    payload->>'template_id')
) WHERE kind IN ('OpenIncident', 'ScheduleMaintenance', 'AddComponent', 'CreateKey', 'AddTemplate');
CREATE VIEW commands_ever AS
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id FROM commands
  UNION ALL
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id FROM commands_archive;
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these."""
    op.execute(STEPS)
