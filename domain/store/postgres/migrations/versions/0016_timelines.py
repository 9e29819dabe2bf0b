"""Entries without a message, and the end that a resolving update gives."""

from alembic import op

revision = "0016"
down_revision = "0015"

STEPS = """
ALTER TABLE incidents ADD COLUMN bare_entries JSONB DEFAULT '[]' NOT NULL;
ALTER TABLE updates ADD COLUMN resolved_at TIMESTAMP WITH TIME ZONE;
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these."""
    op.execute(STEPS)
