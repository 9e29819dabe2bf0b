"""The changes that each command made, for the audit log."""

from alembic import op

revision = "0014"
down_revision = "0013"

STEPS = """
ALTER TABLE commands ADD COLUMN changes JSONB;
ALTER TABLE commands_archive ADD COLUMN changes JSONB;
CREATE OR REPLACE VIEW commands_ever AS
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id, changes FROM commands
  UNION ALL
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id, changes FROM commands_archive;
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these."""
    op.execute(STEPS)
