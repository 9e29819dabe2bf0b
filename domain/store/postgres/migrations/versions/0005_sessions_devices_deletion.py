"""Sessions' last use and user agent, devices, and deleted accounts."""

from alembic import op

revision = "0005"
down_revision = "0004"

STEPS = """
ALTER TABLE accounts ADD COLUMN deleted_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE sessions
  ADD COLUMN last_used_at TIMESTAMP WITH TIME ZONE,
  ADD COLUMN user_agent TEXT;
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE devices (
  token_hash TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT devices_pkey PRIMARY KEY (token_hash, account_id)
);
CREATE INDEX devices_account ON devices (account_id);
CREATE INDEX devices_age ON devices (last_used_at);
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
