"""Slots, a token balance with its ledger, and suspended pages."""

from alembic import op

revision = "0006"
down_revision = "0005"

STEPS = """
ALTER TABLE accounts ADD COLUMN balance BIGINT DEFAULT '0' NOT NULL
  CONSTRAINT accounts_balance CHECK (balance >= 0);
CREATE TABLE slots (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  bought_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  is_over BOOLEAN DEFAULT false NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX slots_account ON slots (account_id);
CREATE INDEX slots_due ON slots (expires_at) WHERE NOT is_over;
CREATE INDEX accounts_prime_due ON accounts (tier_until) WHERE tier = 'prime';
CREATE TABLE ledger (
  account_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  command_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount BIGINT NOT NULL,
  balance BIGINT NOT NULL CONSTRAINT ledger_balance CHECK (balance >= 0),
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  slot_id TEXT,
  slot_expires_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (account_id, seq),
  CONSTRAINT ledger_command_id_key UNIQUE (command_id),
  FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
ALTER TABLE pages
  ADD COLUMN suspended_at TIMESTAMP WITH TIME ZONE,
  ADD COLUMN suspended_reason TEXT;
ALTER TABLE streams ADD COLUMN suspended BOOLEAN DEFAULT false NOT NULL;
"""


def upgrade() -> None:
    """Add only; the previous step's code reads none of it."""
    op.execute(STEPS)
