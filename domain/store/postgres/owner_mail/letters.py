"""Letters to owners: their words, and how many may go to one address.

Source: docs/behaviour.md, "Mail".
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.notifications.mails import Mail, queue_mail
from domain.store.postgres.owner_mail.words import owner_letters

COUNTED: Final = ("verify", "change", "reset")
# At most so many letters of these kinds to one address within a time.
LIMITS: Final = ((3, timedelta(hours=1)), (10, timedelta(days=1)))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('owner_mail'), hashtext(lower(:recipient)))")
_WAIT = text("""
SELECT extract(epoch FROM created_at + :window - statement_timestamp())::float FROM mails
WHERE lower(recipient) = lower(:recipient) AND kind = ANY(:kinds)
  AND created_at > statement_timestamp() - :window
ORDER BY created_at DESC OFFSET :most - 1 LIMIT 1
""")


class TooManyLettersError(Exception):
    """An address got as many letters as it may.

    `wait_s` are the seconds until the next one.
    """

    def __init__(self, wait_s: float) -> None:
        """Hold the seconds to wait."""
        super().__init__()
        self.wait_s = max(int(wait_s) + 1, 1)


def write_letter(kind: str, recipient: str, account_id: str, **values: object) -> Mail:
    """Return the letter of a kind, in the words of the templates."""
    words = owner_letters()[kind]
    subject = words["subject"].format_map(values)
    body = words["body"].format_map(values).lstrip("\n")
    return Mail(kind, recipient, subject, body, account_id=account_id)


def queue_letter(conn: Connection, letter: Mail) -> None:
    """Store a letter that is counted by its address. Raises TooManyLettersError."""
    conn.execute(_LOCK, {"recipient": letter.recipient})
    for most, window in LIMITS:
        values = {"recipient": letter.recipient, "kinds": list(COUNTED), "most": most}
        wait_s = conn.execute(_WAIT, {**values, "window": window}).scalar()
        if wait_s is not None:
            raise TooManyLettersError(wait_s)
    queue_mail(conn, letter)
