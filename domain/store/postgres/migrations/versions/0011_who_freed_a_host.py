"""Which account had a free host, and when each account took its newest subdomains."""

from alembic import op

revision = "0011"
down_revision = "0010"

# Hosts that were freed before, or by code of the step before, are held for nobody.
STEPS = """
ALTER TABLE hosts ADD COLUMN freed_by TEXT;
ALTER TABLE accounts ADD COLUMN subdomains_at TIMESTAMP WITH TIME ZONE[] DEFAULT '{}' NOT NULL;
"""


def upgrade() -> None:
    """Add only."""
    op.execute(STEPS)
