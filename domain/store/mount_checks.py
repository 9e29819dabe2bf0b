"""The schedule of lookups in DNS: what is due is leased, and what was found is noted.

Not commands (docs/architecture.md, rule 7): only a change of state or reason goes into the log.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from domain.account.mount import Mount
from domain.store.mounts import mount_from

# Longer than a lookup takes: a worker that died leaves its mounts to others after this time.
LEASE_S = 60
# Beat asks for what is due every two seconds: what was left for so long, nobody takes.
OVERDUE_S = 60
_LEASE = text("""
UPDATE mount_checks SET next_at = clock_timestamp() + make_interval(secs => :lease_s)
WHERE mount_id IN (
  SELECT mount_id FROM mount_checks WHERE next_at <= clock_timestamp()
  ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING mount_id
""")
_LEASED = text("""
SELECT m.*, c.failing_since, h.page_id IS NOT NULL AND h.page_id <> m.page_id AS is_taken
FROM mounts m JOIN mount_checks c ON c.mount_id = m.id LEFT JOIN hosts h ON h.host = m.host
WHERE m.id = :mount_id
""")
# Whoever asked anew meanwhile has set `next_at` for it, and that stays.
_NOTE = text("""
UPDATE mount_checks c SET checked_at = :at, failing_since = :failing_since,
  next_at = CASE WHEN m.asked_at = :asked_at THEN CAST(:next_at AS timestamptz) ELSE c.next_at END
FROM mounts m WHERE c.mount_id = :mount_id AND m.id = c.mount_id
""")
_OVERDUE = text("""
SELECT count(*) FROM mount_checks
WHERE next_at < clock_timestamp() - make_interval(secs => :overdue_s)
""")
_NOW = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Leased:
    """A mount that is to be looked up, and what is known of its host and its past."""

    mount: Mount
    account_id: str
    failing_since: datetime | None
    is_taken: bool


def lease_due(conn: Connection, limit: int) -> list[str]:
    """Take mounts that are due, the longest waiting first; nobody else takes them for a while."""
    return list(conn.execute(_LEASE, {"limit": limit, "lease_s": LEASE_S}).scalars())


def leased(conn: Connection, mount_id: str) -> Leased | None:
    """Return what a lookup is about; None if the mount is gone."""
    row = conn.execute(_LEASED, {"mount_id": mount_id}).one_or_none()
    if row is None:
        return None
    return Leased(mount_from(row), row.account_id, row.failing_since, row.is_taken)


def overdue_checks(conn: Connection) -> int:
    """Return how many mounts should have been looked up more than a minute ago."""
    count: int = conn.execute(_OVERDUE, {"overdue_s": OVERDUE_S}).scalar_one()
    return count


def now(conn: Connection) -> datetime:
    """Return Postgres' time: that of the log and of the schedule."""
    at: datetime = conn.execute(_NOW).scalar_one()
    return at


def note_check(
    conn: Connection,
    mount: Mount,
    at: datetime,
    next_at: datetime | None,
    failing_since: datetime | None,
) -> None:
    """Note when a mount was looked up, when it is again (None: no more), since when it fails."""
    values = {"mount_id": mount.id, "asked_at": mount.asked_at, "at": at}
    conn.execute(_NOTE, {**values, "next_at": next_at, "failing_since": failing_since})
