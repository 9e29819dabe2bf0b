"""The ids that imported objects have in their source."""

from alembic import op

revision = "0018"
down_revision = "0017"

STEPS = """
ALTER TABLE components ADD COLUMN external_id TEXT;
ALTER TABLE incidents ADD COLUMN external_id TEXT;
ALTER TABLE templates ADD COLUMN external_id TEXT;
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these."""
    op.execute(STEPS)
