"""The time of a page's next repair, and the number of failed tries."""

from alembic import op

revision = "0013"
down_revision = "0012"

STEPS = """
ALTER TABLE pages ADD COLUMN repair_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL;
ALTER TABLE pages ADD COLUMN repair_tries INTEGER DEFAULT 0 NOT NULL;
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
