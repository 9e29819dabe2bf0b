"""What Postgres notes of publications, and which pages and hosts are behind."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from domain.store.artifacts import Edition
from domain.store.metrics import LAG_S

# One statement, so that a page that is noted has no command left that is not.
_NOTE = text("""
WITH noted AS (
  UPDATE pages SET published_seq = :seq, published_day = :day, published_until = :until,
    published_build = :build, published_epoch = :epoch
  WHERE id = :page_id
)
UPDATE commands SET published_at = greatest(clock_timestamp(), applied_at)
WHERE stream_id = :page_id AND seq <= :seq AND published_at IS NULL AND outcome IS NOT NULL
RETURNING extract(epoch FROM published_at - received_at)::float
""")
# Four conditions, each with an index of its own. A deleted page's tombstone need not come back.
# In no order: pages that can't be published would always be the first, and hide the others.
_BEHIND = text("""
SELECT id FROM (
  SELECT id FROM pages WHERE published_seq < applied_seq
  UNION SELECT id FROM pages WHERE published_until <= clock_timestamp() AND deleted_at IS NULL
  UNION SELECT id FROM pages
    WHERE (published_build < :build OR published_build > :build) AND deleted_at IS NULL
  UNION SELECT id FROM pages
    WHERE (published_epoch < :epoch OR published_epoch > :epoch) AND deleted_at IS NULL
) behind
ORDER BY random() LIMIT :limit
""")
_HOSTS_BEHIND = text("""
SELECT host, page_id, counter FROM hosts
WHERE published_counter < counter OR published_epoch <> :epoch ORDER BY host LIMIT :limit
""")
_NOTE_HOST = text("""
UPDATE hosts SET published_counter = :counter, published_epoch = :epoch WHERE host = :host
""")


_AT_REST = text("""
SELECT p.applied_seq, p.published_day FROM pages p JOIN streams s ON s.id = p.id
WHERE p.id = :page_id AND p.deleted_at IS NULL
  AND p.applied_seq = s.head_seq AND p.published_seq = p.applied_seq
  AND p.published_build = :build AND p.published_epoch = :epoch
  AND p.published_until > clock_timestamp()
""")


@dataclass(frozen=True, slots=True)
class Noted:
    """A publication as Postgres notes it; `until` is when its day ends in the page's zone."""

    edition: Edition
    until: datetime
    epoch: str


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with the counter of its claims and releases; no page if it is free."""

    host: str
    page_id: str | None
    counter: int


def note_publication(conn: Connection, page_id: str, noted: Noted) -> None:
    """Note what a page's hash holds, and that the commands up to there are published."""
    edition = noted.edition
    values = {"seq": edition.seq, "day": edition.day, "build": edition.build}
    where = {"page_id": page_id, "until": noted.until, "epoch": noted.epoch}
    for lag_s in conn.execute(_NOTE, {**where, **values}).scalars():
        LAG_S.observe(lag_s)


def at_rest(conn: Connection, page_id: str, build: str, epoch: str) -> Edition | None:
    """Return what is published of a page that has nothing to apply, and is not behind."""
    where = {"page_id": page_id, "build": build, "epoch": epoch}
    row = conn.execute(_AT_REST, where).one_or_none()
    return Edition(row.applied_seq, row.published_day, build) if row else None


def pages_behind(conn: Connection, build: str | None, epoch: str, limit: int) -> list[str]:
    """Return pages whose publication is not of their state, this day, this build and this epoch.

    Without a build (None) those of any are taken for up to date. If there are more than `limit`,
    others every time.
    """
    where = {"build": build, "epoch": epoch, "limit": limit}
    return list(conn.execute(_BEHIND, where).scalars())


def hosts_behind(conn: Connection, epoch: str, limit: int) -> list[HostRow]:
    """Return hosts whose entries are not published in this epoch."""
    rows = conn.execute(_HOSTS_BEHIND, {"epoch": epoch, "limit": limit})
    return [HostRow(*row) for row in rows]


def note_host(conn: Connection, row: HostRow, epoch: str) -> None:
    """Note that a host's entry is published."""
    conn.execute(_NOTE_HOST, {"host": row.host, "counter": row.counter, "epoch": epoch})
