"""Confirmations by mail: an address gets only so many of them, over all pages.

Source: docs/behaviour.md, "Consent and leaving".
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.notifications.mails import Mail, queue_mail

# At most so many confirmations to one address within a time, over all pages.
CONFIRMATIONS: Final = ((1, timedelta(minutes=10)), (5, timedelta(days=1)))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('confirm'), hashtext(lower(:recipient)))")
_COUNT = text("""
SELECT count(*) FROM mails WHERE lower(recipient) = lower(:recipient) AND kind = 'confirm'
  AND created_at > statement_timestamp() - :window
""")


def queue_confirmation(conn: Connection, mail: Mail) -> bool:
    """Store a mail of the kind `confirm`; False if the address had too many."""
    conn.execute(_LOCK, {"recipient": mail.recipient})
    for most, window in CONFIRMATIONS:
        where = {"recipient": mail.recipient, "window": window}
        if (conn.execute(_COUNT, where).scalar() or 0) >= most:
            return False
    queue_mail(conn, mail)
    return True
