"""What owners keep beside their incidents: templates, and a logo."""

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
"""


def upgrade() -> None:
    """Add only; code of the step before does not look at any of it."""
    op.execute(STEPS)
