"""Changes of a maintenance's times, the last change of an incident, and deleted maintenances."""

from alembic import op

revision = "0019"
down_revision = "0018"

STEPS = """
ALTER TABLE incidents ADD COLUMN sequence INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE incidents ADD COLUMN changed_at TIMESTAMP WITH TIME ZONE;
CREATE TABLE cancelled_maintenances (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  title TEXT NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sequence INTEGER NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT cancelled_maintenances_pkey PRIMARY KEY (id)
);
CREATE INDEX cancelled_maintenances_page ON cancelled_maintenances (page_id, deleted_at);
CREATE INDEX cancelled_maintenances_deleted ON cancelled_maintenances (deleted_at);
"""


def upgrade() -> None:
    """Add only; the previous step's code names its columns, and none of these.

    A maintenance that it deletes or plans anew is not counted here: the calendar has its new times
    all the same.
    """
    op.execute(STEPS)
