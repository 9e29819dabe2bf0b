"""Leases of domain lookups, and counts of unanswered ones."""

from alembic import op

revision = "0012"
down_revision = "0011"

STEPS = """
ALTER TABLE mount_checks ADD COLUMN leased_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE mount_checks ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mount_checks_order ON mount_checks ((checked_at IS NOT NULL), next_at);
CREATE INDEX mount_checks_in_flight ON mount_checks (leased_until) WHERE leased_until IS NOT NULL;
"""


def upgrade() -> None:
    """Add only; the previous step's workers lease by `next_at` alone, uncounted."""
    op.execute(STEPS)
