"""Indexes for the deletion of refusals, closed streams and free hosts."""

from alembic import op

revision = "0009"
down_revision = "0008"

# No index covers a column that an append or an applied command changes: those updates stay within
# their block (HOT).
STEPS = """
CREATE INDEX commands_refused ON commands (received_at) WHERE refusal IS NOT NULL;
CREATE INDEX commands_archive_refused ON commands_archive (received_at) WHERE refusal IS NOT NULL;
CREATE INDEX streams_closed ON streams (id) WHERE closed;
ALTER TABLE hosts ADD COLUMN freed_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX hosts_free ON hosts (freed_at) WHERE page_id IS NULL;
UPDATE hosts SET freed_at = clock_timestamp() WHERE page_id IS NULL;
"""


def upgrade() -> None:
    """Add only; the deletion dates hosts freed by the previous step's code."""
    op.execute(STEPS)
