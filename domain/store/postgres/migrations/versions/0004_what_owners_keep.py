"""Templates, logos, and an index for the audit log's names."""

from alembic import op

revision = "0004"
down_revision = "0003"

STEPS = """
CREATE TABLE templates (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  name TEXT,
  body TEXT,
  state TEXT,
  impact TEXT,
  kind TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX templates_page ON templates (page_id);
ALTER TABLE pages ADD COLUMN logo JSONB;
CREATE TABLE logos (
  page_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (page_id)
);
CREATE INDEX commands_made ON commands (
  stream_id, coalesce(payload->>'incident_id', payload->>'component_id', payload->>'key_id',
    payload->>'template_id')
) WHERE kind IN ('OpenIncident', 'ScheduleMaintenance', 'AddComponent', 'CreateKey', 'AddTemplate');
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
