"""Repair of publications: hosts in batches, pages by priority."""

from typing import Any

from sqlalchemy import Connection, text

from domain.store.postgres.engine import sync_engine
from domain.store.postgres.publication import SPREAD_S, hosts_behind, note_hosts, pages_behind
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import HostRow

HOSTS_AT_ONCE = 1_000  # a pipeline and an UPDATE of some 40 ms
RECENT_MAX = 1_000  # pages that were visited or changed lately, and come first
# A page that can't be published is tried again after 10, 20, 40 ... seconds, up to ten minutes: a
# new build may repair it.
FIRST_AGAIN_S, LAST_AGAIN_S = 10, 600

_LOCK = text("SELECT pg_try_advisory_xact_lock(7002, 0)")  # see 7001 in command_log.py
_HOST = text("SELECT host, page_id, counter FROM hosts WHERE host = :host")
# Their day may be over before they are due for the next one: visited pages go first.
_RECENT_BEHIND = text("""
SELECT id FROM pages
WHERE id = ANY(:recent) AND deleted_at IS NULL AND repair_at <= statement_timestamp()
  AND (published_seq < applied_seq OR published_build <> :build OR published_epoch <> :epoch
    OR statement_timestamp() >= published_until
      - make_interval(secs => mod(('x' || left(md5(id), 6))::bit(24)::int, :spread_s)))
LIMIT :limit
""")
_CLAIM = text("""
UPDATE pages SET repair_tries = repair_tries + 1, repair_at = statement_timestamp()
  + make_interval(secs => least(:first_s * power(2, least(repair_tries, 10)), :last_s))
WHERE id = ANY(:ids) AND repair_at <= statement_timestamp() RETURNING id
""")
_GIVE_BACK = text("""
UPDATE pages SET repair_tries = greatest(repair_tries - 1, 0), repair_at = '-infinity'
WHERE id = ANY(:ids)
""")


def host_row(conn: Connection, host: str) -> HostRow | None:
    """Return a host's row, of a free one too; None if it is unknown."""
    row = conn.execute(_HOST, {"host": host}).one_or_none()
    return HostRow(*row) if row else None


def hosts_are_published(epoch: str) -> bool:
    """Publish a batch of this epoch's missing hosts; True if no work is left.

    True as well if another process is at work. When no host is missing, they are marked as
    complete.
    """
    with sync_engine().begin() as conn:
        if not conn.execute(_LOCK).scalar():
            return True  # another process is publishing hosts
        rows = hosts_behind(conn, epoch, HOSTS_AT_ONCE)
        if rows and not artifacts.publish_hosts(rows, epoch):
            return True  # the epoch has ended: the next sweep starts again
        note_hosts(conn, rows, epoch)
    if len(rows) == HOSTS_AT_ONCE:
        return False
    artifacts.mark_hosts_complete(epoch)
    return True


def claim_pages_behind(conn: Connection, build: str, epoch: str, limit: int) -> list[str]:
    """Claim pages that are behind, recently visited or changed ones first.

    A claim is a try: until the page is published, each try is later than the one before.
    """
    recent = artifacts.recent_pages(RECENT_MAX)
    where = {"build": build, "epoch": epoch, "limit": limit}
    more = {"recent": recent, "spread_s": SPREAD_S}
    first = list(conn.execute(_RECENT_BEHIND, {**where, **more}).scalars()) if recent else []
    page_ids = first or pages_behind(conn, build, epoch, limit)
    delays: dict[str, Any] = {"first_s": FIRST_AGAIN_S, "last_s": LAST_AGAIN_S}
    claimed_ids = (
        set(conn.execute(_CLAIM, {"ids": page_ids, **delays}).scalars()) if page_ids else set()
    )
    return [page_id for page_id in page_ids if page_id in claimed_ids]


def release_claims(conn: Connection, page_ids: list[str]) -> None:
    """Release the claims of pages that were not tried."""
    conn.execute(_GIVE_BACK, {"ids": page_ids})
