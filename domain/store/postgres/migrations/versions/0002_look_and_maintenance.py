"""The look of a page, and the schedule of a maintenance."""

from alembic import op

revision = "0002"
down_revision = "0001"

STEPS = """
ALTER TABLE pages ADD COLUMN look JSONB DEFAULT '{}' NOT NULL;
ALTER TABLE incidents
  ADD COLUMN scheduled_start TIMESTAMP WITH TIME ZONE,
  ADD COLUMN scheduled_end TIMESTAMP WITH TIME ZONE,
  ADD COLUMN auto_start BOOLEAN DEFAULT true NOT NULL,
  ADD COLUMN auto_end BOOLEAN DEFAULT true NOT NULL,
  ADD COLUMN leaves JSONB DEFAULT '[]' NOT NULL;
CREATE INDEX incidents_started ON incidents (page_id, started_at);
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
