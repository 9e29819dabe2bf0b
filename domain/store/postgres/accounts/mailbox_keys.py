"""The column `mailbox_key`, also while an older release is running.

That release inserts accounts without a key, and leaves the key of the former e-mail at a change. So
a key counts only for the e-mail in `mailbox_email`, and a job of beat sets missing keys.
"""

from sqlalchemy import Connection, text

from domain.runtime.email_keys import email_key, former_email_key

_HOLDER = text("SELECT email FROM accounts WHERE email_key = :former_key AND id <> :id")
_FREE = text("""
UPDATE accounts SET mailbox_key = NULL, mailbox_email = NULL
WHERE mailbox_key = :mailbox_key AND mailbox_email <> email
""")
_FREE_ALL = text("""
UPDATE accounts SET mailbox_key = NULL, mailbox_email = NULL WHERE mailbox_email <> email
""")
_WITHOUT = text("""
SELECT id, email FROM accounts WHERE mailbox_key IS NULL AND email <> '' ORDER BY created_at, id
""")
_GIVE = text("""
UPDATE accounts SET mailbox_key = :mailbox_key, mailbox_email = :email
WHERE id = :id AND email = :email
  AND NOT EXISTS (SELECT FROM accounts WHERE mailbox_key = :mailbox_key)
""")


def keys_for(conn: Connection, account_id: str, email: str) -> dict[str, str]:
    """Return `email_key` and `mailbox_key` of an account for an e-mail.

    Where the former key is another mailbox's (`russ@`, where `ruß@` is), the account's id takes its
    place: no e-mail looks like one. Where it is the same mailbox's, its index refuses the row.
    """
    key, former_key = email_key(email), former_email_key(email)
    conn.execute(_FREE, {"mailbox_key": key})
    holder_email = conn.execute(_HOLDER, {"former_key": former_key, "id": account_id}).scalar()
    is_other = holder_email is not None and email_key(holder_email) != key
    return {"email_key": account_id if is_other else former_key, "mailbox_key": key}


def give_missing_keys(conn: Connection) -> None:
    """Set missing keys, the oldest accounts first, where the key is free."""
    conn.execute(_FREE_ALL)
    for account_id, email in conn.execute(_WITHOUT).all():
        values = {"id": account_id, "email": email, "mailbox_key": email_key(email)}
        conn.execute(_GIVE, values)
