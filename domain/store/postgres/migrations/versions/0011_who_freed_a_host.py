"""The former account of a free host, and the times of accounts' newest subdomains."""

from alembic import op

revision = "0011"
down_revision = "0010"

# Hosts that were freed before, or by the previous step's code, are not reserved.
STEPS = """
ALTER TABLE hosts ADD COLUMN freed_by TEXT;
ALTER TABLE accounts ADD COLUMN subdomains_at TIMESTAMP WITH TIME ZONE[] DEFAULT '{}' NOT NULL;
"""


def upgrade() -> None:
    """Add only."""
    op.execute(STEPS)
