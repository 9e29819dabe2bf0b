"""Which look-ups of domains are under way, and which name servers do not answer."""

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
    """Add only; workers of the step before lease by `next_at` alone, and are not counted."""
    op.execute(STEPS)
