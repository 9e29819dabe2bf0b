"""The schedule of DNS lookups: due ones are leased, and results are stored.

Not commands: only a change of state or reason goes into the log.

Source: docs/architecture.md, "Account changes are not commands".
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from domain.account.dns_proof import CheckResult
from domain.account.domains import Mount
from domain.store.postgres.rows import to_dataclass

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
  WHERE c.leased_until > clock_timestamp() GROUP BY m.account_id
), due AS (
  SELECT c.mount_id, m.account_id, c.checked_at IS NOT NULL AS is_repeated, c.next_at,
    coalesce(f.amount, 0) AS amount
  FROM mount_checks c JOIN mounts m ON m.id = c.mount_id
  LEFT JOIN in_flight f ON f.account_id = m.account_id
  WHERE c.next_at <= clock_timestamp() AND coalesce(f.amount, 0) < :each
    AND (c.leased_until IS NULL OR c.leased_until <= clock_timestamp())
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
FROM taken WHERE c.mount_id = taken.mount_id AND c.next_at <= clock_timestamp()
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
WHERE next_at < clock_timestamp() - make_interval(secs => :overdue_s)
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
