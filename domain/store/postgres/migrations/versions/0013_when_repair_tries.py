"""When repair may try a page, and how often it did in vain."""

from alembic import op

revision = "0013"
down_revision = "0012"

STEPS = """
ALTER TABLE pages ADD COLUMN repair_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL;
ALTER TABLE pages ADD COLUMN repair_tries INTEGER DEFAULT 0 NOT NULL;
"""


def upgrade() -> None:
    """Add only; code of the step before does not look at any of it."""
    op.execute(STEPS)
