"""The ownership of hosts, decided by Postgres: claims, releases, and new subdomains.

New subdomains are limited for each account: all accounts share the quota of certificates.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from domain.store.redis.publisher import HostRow

# Only its former account can have a subdomain for so long: links to it, and visitors' trust in it,
# belong to that page. `domain.store.postgres.retention` keeps the row as long.
RESERVED_DAYS: Final = 30

# The row of a free host stays for long, so that its counter does not go back while an entry may
# still be written to Redis.
_CLAIM = text("""
INSERT INTO hosts (host, page_id, counter) VALUES (:host, :page_id, 1)
ON CONFLICT (host) DO UPDATE SET page_id = :page_id, counter = hosts.counter + 1,
    freed_at = NULL, freed_by = NULL
  WHERE hosts.page_id IS NULL AND (CAST(:claimed_by AS text) IS NULL OR hosts.freed_by IS NULL
    OR hosts.freed_by = :claimed_by
    OR hosts.freed_at <= statement_timestamp() - make_interval(days => :days))
RETURNING host, page_id, counter
""")
_RELEASE = text("""
UPDATE hosts SET page_id = NULL, counter = counter + 1, freed_at = clock_timestamp(),
  freed_by = :freed_by
WHERE page_id = :page_id
RETURNING host, page_id, counter
""")
_RELEASE_ONE = text("""
UPDATE hosts SET page_id = NULL, counter = counter + 1, freed_at = clock_timestamp(),
  freed_by = :freed_by
WHERE host = :host AND page_id = :page_id RETURNING host, page_id, counter
""")
_HELD_UNTIL = text("""
SELECT freed_at + make_interval(days => :days) FROM hosts
WHERE host = :host AND page_id IS NULL AND freed_by <> :claimed_by
  AND freed_at > statement_timestamp() - make_interval(days => :days)
""")
_IS_TAKEN = text("""
SELECT count(*) FROM hosts WHERE host = :host AND page_id IS NOT NULL AND page_id <> :page_id
""")

_SHOWS_A_PAGE = text("""
SELECT count(*) FROM hosts h JOIN pages p ON p.id = h.page_id
WHERE h.host = :host AND p.is_public AND p.deleted_at IS NULL AND p.suspended_at IS NULL
  AND (p.served_until IS NULL OR p.served_until > statement_timestamp())
""")


def claim_host(
    conn: Connection, host: str, page_id: str, claimed_by: str | None = None
) -> HostRow | None:
    """Take a free host for a page; None if it is taken.

    Waits for a concurrent claim to end. With `claimed_by`, an account, it is a subdomain: None too
    if it is reserved for another account.
    """
    where = {"host": host, "page_id": page_id, "claimed_by": claimed_by, "days": RESERVED_DAYS}
    row = conn.execute(_CLAIM, where).one_or_none()
    return HostRow(*row) if row else None


def held_until(conn: Connection, host: str, claimed_by: str) -> datetime | None:
    """Return the end of another account's reservation of a free host, or None."""
    where = {"host": host, "claimed_by": claimed_by, "days": RESERVED_DAYS}
    until: datetime | None = conn.execute(_HELD_UNTIL, where).scalar()
    return until


def release_host(
    conn: Connection, host: str, page_id: str, freed_by: str | None = None
) -> HostRow | None:
    """Free one host of a page, by its account; None without such a host."""
    where = {"host": host, "page_id": page_id, "freed_by": freed_by}
    row = conn.execute(_RELEASE_ONE, where).one_or_none()
    return HostRow(*row) if row else None


def is_taken(conn: Connection, host: str, page_id: str) -> bool:
    """Tell whether a host leads to another page."""
    return bool(conn.execute(_IS_TAKEN, {"host": host, "page_id": page_id}).scalar())


def leads_to_page(conn: Connection, host: str) -> bool:
    """Tell whether a host leads to a page."""
    return is_taken(conn, host, "")


def is_page_visible(conn: Connection, host: str) -> bool:
    """Tell whether a host's page is visible to visitors now.

    Source: docs/behaviour.md, "Certificates".
    """
    return bool(conn.execute(_SHOWS_A_PAGE, {"host": host}).scalar())


def release_hosts(conn: Connection, page_id: str, freed_by: str | None = None) -> list[HostRow]:
    """Free every host of a page, by its account."""
    rows = conn.execute(_RELEASE, {"page_id": page_id, "freed_by": freed_by})
    return [HostRow(*row) for row in rows]


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
