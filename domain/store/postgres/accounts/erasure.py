"""Erasure of a deleted account: personal data goes, its row stays for the log."""

from datetime import datetime

from sqlalchemy import Connection, text

# The key of the e-mail is unique, so the id takes its place; no e-mail looks like one. Sessions
# come after the row: an earlier login is seen, a later one finds no password.
_ERASE = text("""
UPDATE accounts SET email = '', email_key = id, mailbox_key = NULL, mailbox_email = NULL,
  password_hash = '', deleted_at = :deleted_at
WHERE id = :id
""")
_END_SESSIONS = text("DELETE FROM sessions WHERE account_id = :id")
_FORGET_DEVICES = text("DELETE FROM devices WHERE account_id = :id")


def erase_account(conn: Connection, account_id: str, deleted_at: datetime) -> None:
    """Erase e-mail and password and end all sessions, in the drain's transaction."""
    conn.execute(_ERASE, {"id": account_id, "deleted_at": deleted_at})
    conn.execute(_END_SESSIONS, {"id": account_id})
    conn.execute(_FORGET_DEVICES, {"id": account_id})
