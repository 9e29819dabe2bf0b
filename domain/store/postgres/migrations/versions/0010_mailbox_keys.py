"""Mailbox keys: e-mail addresses compared in a new form, in a new column.

Where two accounts share a mailbox the older one gets the key; the other keeps its former one.
"""

from alembic import op

from domain.store.postgres.accounts import give_missing_keys

revision = "0010"
down_revision = "0009"

STEPS = """
ALTER TABLE accounts ADD COLUMN mailbox_key TEXT, ADD COLUMN mailbox_email TEXT;
CREATE UNIQUE INDEX accounts_mailbox_key ON accounts (mailbox_key);
"""


def upgrade() -> None:
    """Add only; the previous step's code goes on with `email_key`."""
    op.execute(STEPS)
    give_missing_keys(op.get_bind())
