"""Origins of statuses, whether an impact was given, and remarks on applied commands."""

from alembic import op

revision = "0015"
down_revision = "0014"

STEPS = """
ALTER TABLE components ADD COLUMN origin TEXT, ADD COLUMN origin_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE incidents ADD COLUMN impact_given BOOLEAN DEFAULT true NOT NULL;
ALTER TABLE commands ADD COLUMN remarks JSONB;
ALTER TABLE commands_archive ADD COLUMN remarks JSONB;
CREATE OR REPLACE VIEW commands_ever AS
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id, changes, remarks FROM commands
  UNION ALL
  SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at, outcome, refusal,
    applied_at, published_at, request_id, changes, remarks FROM commands_archive;
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these.

    It leaves an origin as it is when it sets a status: an origin that is older than the status does
    not count (domain/page/origin.py).
    """
    op.execute(STEPS)
