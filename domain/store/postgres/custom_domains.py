"""Mounts in Postgres: loading, saving, and the schedule of their DNS lookups.

The schedule is not made of commands: only a change of state or reason goes into the log.

Source: docs/architecture.md, "Account changes are not commands".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from domain.account.dns_proof import CheckResult
from domain.account.domains import Mount, MountKind
from domain.account.state import Account
from domain.store.postgres import tables as t
from domain.store.postgres.rows import to_dataclass, to_records
from domain.store.postgres.save import save_rows

# A lookup is not repeated within this time, however often an owner requests one; without an answer
# of a name server the time doubles, up to a minute.
AGAIN_S = 2
AGAIN_MAX_S = 60
_WITH_SCHEDULE = """
SELECT m.*, c.next_at, c.checked_at FROM mounts m LEFT JOIN mount_checks c ON c.mount_id = m.id
"""
_OF_PAGE = text(
    _WITH_SCHEDULE
    + "WHERE m.page_id = :page_id AND m.account_id = :account_id ORDER BY m.created_at, m.id"
)
_ONE = text(_WITH_SCHEDULE + "WHERE m.id = :mount_id")
_SCHEDULE = text("""
INSERT INTO mount_checks AS c (mount_id, next_at) VALUES (:mount_id, clock_timestamp())
ON CONFLICT (mount_id) DO UPDATE
  SET next_at = greatest(clock_timestamp(), c.checked_at + make_interval(
    secs => least(:again_max_s, :again_s * power(2, least(c.unanswered, 10)))))
""")
_FORGET = text("DELETE FROM mount_checks WHERE mount_id = :mount_id")


@dataclass(frozen=True, slots=True)
class OwnedMount:
    """A mount with the schedule of its lookups."""

    mount: Mount
    account_id: str
    checked_at: datetime | None
    next_at: datetime | None


def load_mounts(conn: Connection, account_id: str) -> dict[str, Mount]:
    """Return the mounts of an account's pages by id."""
    rows = conn.execute(select(t.mounts).where(t.mounts.c.account_id == account_id))
    return {row.id: to_dataclass(row, Mount) for row in rows}


def save_mounts(conn: Connection, before: Account, after: Account) -> None:
    """Write the differences; a requested mount is due for a lookup at once."""
    old, new = before.mounts, after.mounts
    if old is new:
        return
    save_rows(
        conn, t.mounts, to_records(old, account_id=before.id), to_records(new, account_id=after.id)
    )
    for mount_id in old.keys() - new.keys():
        conn.execute(_FORGET, {"mount_id": mount_id})
    for mount_id, mount in new.items():
        previous = old.get(mount_id)
        is_requested = previous is None or previous.asked_at != mount.asked_at
        if mount.kind is MountKind.DOMAIN and is_requested:
            wait = {"again_s": AGAIN_S, "again_max_s": AGAIN_MAX_S}
            conn.execute(_SCHEDULE, {"mount_id": mount_id, **wait})


def mounts_of_page(conn: Connection, account_id: str, page_id: str) -> list[OwnedMount]:
    """Return the mounts of an account's page, oldest first; none of other accounts."""
    rows = conn.execute(_OF_PAGE, {"account_id": account_id, "page_id": page_id})
    return [_owned(row) for row in rows]


def find_mount(conn: Connection, mount_id: str) -> OwnedMount | None:
    """Return a mount, without a check of permissions."""
    row = conn.execute(_ONE, {"mount_id": mount_id}).one_or_none()
    return _owned(row) if row else None


def _owned(row: Row[Any]) -> OwnedMount:
    return to_dataclass(row, OwnedMount, mount=to_dataclass(row, Mount))


# Longer than a lookup takes: the mounts of a dead worker are free after this time.
LEASE_S = 60
# Lookups of one account at once: a name server that is slow on purpose occupies no more of the
# workers' threads (workers/domains.py) than these.
IN_FLIGHT_MAX = 2
# Due lookups that are considered for a share: an account that has used up its share is skipped
# before, so that it can't fill them.
CANDIDATES = 1_000
# Beat leases due lookups every two seconds: one that waited so long has no worker.
OVERDUE_S = 60
# Shares are counted before they are taken: one process at a time, and no other waits for it.
_MAY_LEASE = text("SELECT pg_try_advisory_xact_lock(hashtext('mount_checks'))")
_LEASE = text("""
WITH in_flight AS (
  SELECT m.account_id, count(*) AS amount FROM mount_checks c JOIN mounts m ON m.id = c.mount_id
  WHERE c.leased_until > statement_timestamp() GROUP BY m.account_id
), due AS (
  SELECT c.mount_id, m.account_id, c.checked_at IS NOT NULL AS is_repeated, c.next_at,
    coalesce(f.amount, 0) AS amount
  FROM mount_checks c JOIN mounts m ON m.id = c.mount_id
  LEFT JOIN in_flight f ON f.account_id = m.account_id
  WHERE c.next_at <= statement_timestamp() AND coalesce(f.amount, 0) < :each
    AND (c.leased_until IS NULL OR c.leased_until <= statement_timestamp())
  ORDER BY c.checked_at IS NOT NULL, c.next_at LIMIT :candidates
), placed AS (
  SELECT mount_id, is_repeated, next_at, amount + row_number() OVER (
    PARTITION BY account_id ORDER BY is_repeated, next_at, mount_id) AS place
  FROM due
), taken AS (
  SELECT mount_id FROM placed WHERE place <= :each
  ORDER BY is_repeated, next_at, mount_id LIMIT :limit
)
UPDATE mount_checks c SET next_at = clock_timestamp() + make_interval(secs => :lease_s),
  leased_until = clock_timestamp() + make_interval(secs => :lease_s)
FROM taken WHERE c.mount_id = taken.mount_id AND c.next_at <= statement_timestamp()
RETURNING c.mount_id
""")
_LEASED = text("""
SELECT m.*, c.failing_since, c.unanswered,
  h.page_id IS NOT NULL AND h.page_id <> m.page_id AS is_taken
FROM mounts m JOIN mount_checks c ON c.mount_id = m.id LEFT JOIN hosts h ON h.host = m.host
WHERE m.id = :mount_id
""")
# A new request in the meantime has set `next_at`, and that value stays.
_NOTE = text("""
UPDATE mount_checks c SET checked_at = :at, failing_since = :failing_since,
  unanswered = :unanswered, leased_until = NULL,
  next_at = CASE WHEN m.asked_at = :asked_at THEN CAST(:next_at AS timestamptz) ELSE c.next_at END
FROM mounts m WHERE c.mount_id = :mount_id AND m.id = c.mount_id
""")
_OVERDUE = text("""
SELECT count(*) FROM mount_checks
WHERE next_at < statement_timestamp() - make_interval(secs => :overdue_s)
""")
_NOW = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class LeasedCheck:
    """A mount to look up, with its host's and its earlier lookups' state."""

    mount: Mount
    account_id: str
    failing_since: datetime | None
    is_taken: bool
    unanswered: int


def lease_due(conn: Connection, limit: int) -> list[str]:
    """Lease mounts that are due, for `LEASE_S` seconds.

    Those without any lookup come first, then the longest waiting; of an account at most
    IN_FLIGHT_MAX are under way at once. None where another process is leasing at this moment.
    """
    if not conn.execute(_MAY_LEASE).scalar_one():
        return []
    values = {"limit": limit, "lease_s": LEASE_S, "each": IN_FLIGHT_MAX, "candidates": CANDIDATES}
    return list(conn.execute(_LEASE, values).scalars())


def fetch_leased(conn: Connection, mount_id: str) -> LeasedCheck | None:
    """Return the data for a mount's lookup; None if the mount is gone."""
    row = conn.execute(_LEASED, {"mount_id": mount_id}).one_or_none()
    return to_dataclass(row, LeasedCheck, mount=to_dataclass(row, Mount)) if row else None


def overdue_checks(conn: Connection) -> int:
    """Return the number of mounts with a lookup overdue by more than a minute."""
    count: int = conn.execute(_OVERDUE, {"overdue_s": OVERDUE_S}).scalar_one()
    return count


def now(conn: Connection) -> datetime:
    """Return Postgres' time, which the log and the schedule use."""
    at: datetime = conn.execute(_NOW).scalar_one()
    return at


def note_check(
    conn: Connection, mount: Mount, finding: CheckResult, next_at: datetime | None
) -> None:
    """Store a lookup's result and the time of the next one (None: no more)."""
    values = {
        "mount_id": mount.id,
        "asked_at": mount.asked_at,
        "at": finding.at,
        "next_at": next_at,
        "failing_since": finding.fails_since if mount.is_active else None,
        "unanswered": finding.unanswered,
    }
    conn.execute(_NOTE, values)
