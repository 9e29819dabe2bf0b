"""How many subdomains an account takes anew: each is a certificate, which all accounts share."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

# Authorities give some tens of certificates a week for names under one registered domain. Who moves
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
    """Return from when on an account may take one more; None if it never took as many."""
    where = {"account_id": account_id, "most": NEW_SUBDOMAINS, "hours": WITHIN_HOURS}
    found: datetime | None = conn.execute(_FREE_AT, where).scalar()
    return found


def note_new_subdomain(conn: Connection, account_id: str, at: datetime) -> None:
    """Note that an account took one; only as many are kept as count."""
    conn.execute(_NOTE, {"account_id": account_id, "at": at, "most": NEW_SUBDOMAINS})
