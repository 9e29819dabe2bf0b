"""Mounts: the hosts of pages with their proofs and DNS lookup schedules.

The subdomains that pages have already become mounts.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

STEPS = """
CREATE TABLE mounts (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  token TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  verified_at TIMESTAMP WITH TIME ZONE,
  is_primary BOOLEAN DEFAULT false NOT NULL,
  wants_primary BOOLEAN DEFAULT false NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX mounts_account ON mounts (account_id);
CREATE INDEX mounts_page ON mounts (page_id);
CREATE TABLE mount_checks (
  mount_id TEXT NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE,
  checked_at TIMESTAMP WITH TIME ZONE,
  failing_since TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (mount_id)
);
CREATE INDEX mount_checks_next ON mount_checks (next_at);
INSERT INTO mounts (id, account_id, page_id, host, kind, state, token,
  created_at, asked_at, verified_at, is_primary)
SELECT 'm_' || substr(p.page_id, 3), p.account_id, p.page_id, h.host, 'subdomain', 'active', '',
  p.created_at, p.created_at, p.created_at, true
FROM hosts h JOIN places p ON p.page_id = h.page_id
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
