"""A limit on new subdomains per account: all accounts share the certificates' quota."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

# Authorities issue some tens of certificates a week for names under one registered domain. Moving
# ten pages on one day is no abuse.
NEW_SUBDOMAINS: Final = 10
WITHIN_HOURS: Final = 24

_FREE_AT = text("""
SELECT subdomains_at[cardinality(subdomains_at) - :most + 1] + make_interval(hours => :hours)
FROM accounts WHERE id = :account_id
""")
_NOTE = text("""
UPDATE accounts SET subdomains_at =
  (subdomains_at || CAST(:at AS timestamptz))[greatest(cardinality(subdomains_at) - :most + 2, 1):]
WHERE id = :account_id
""")


def next_subdomain_at(conn: Connection, account_id: str) -> datetime | None:
    """Return the time of an account's next possible subdomain; None if never limited."""
    where = {"account_id": account_id, "most": NEW_SUBDOMAINS, "hours": WITHIN_HOURS}
    free_at: datetime | None = conn.execute(_FREE_AT, where).scalar()
    return free_at


def note_new_subdomain(conn: Connection, account_id: str, at: datetime) -> None:
    """Store the time of a new subdomain; only the counted ones are kept."""
    conn.execute(_NOTE, {"account_id": account_id, "at": at, "most": NEW_SUBDOMAINS})
