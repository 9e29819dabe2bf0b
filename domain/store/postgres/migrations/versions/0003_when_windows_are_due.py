"""Indexes for maintenance windows that are due to start or to end."""

from alembic import op

revision = "0003"
down_revision = "0002"

STEPS = """
CREATE INDEX incidents_start_due ON incidents (scheduled_start)
  WHERE state = 'scheduled' AND auto_start;
CREATE INDEX incidents_end_due ON incidents (scheduled_end)
  WHERE kind = 'maintenance' AND resolved_at IS NULL AND auto_end;
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
