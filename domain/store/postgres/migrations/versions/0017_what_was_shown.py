"""What leaves showed, by leaf and day."""

from alembic import op

revision = "0017"
down_revision = "0016"

STEPS = """
CREATE TABLE shown_days (
  page_id TEXT NOT NULL,
  component_id TEXT NOT NULL,
  day DATE NOT NULL,
  rows JSONB NOT NULL,
  CONSTRAINT shown_days_pkey PRIMARY KEY (component_id, day)
);
CREATE INDEX shown_days_page ON shown_days (page_id);
CREATE INDEX shown_days_day ON shown_days (day);
"""


def upgrade() -> None:
    """Add only; the previous step's code knows nothing of the table.

    What it leaves behind there, of a component or page that it deleted, is not read, and goes with
    the day.
    """
    op.execute(STEPS)
