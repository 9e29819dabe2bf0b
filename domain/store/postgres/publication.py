"""Publications as stored in Postgres, and the pages and hosts that are behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from domain.calendar import day_of
from domain.page.commands import EDITS
from domain.runtime.metrics import LAG_S
from domain.store.redis.publisher import Edition, HostRow

# A midnight that many pages share: each page shows the new day at an instant of its own within this
# time, and all within the hour: docs/behaviour.md, "Same content, same bytes".
SPREAD_S = 2_700
# One statement, so that a published page has no command that is not marked as published. Its
# commit does not wait for the disk: what a crash of Postgres loses, the sweep publishes again.
_NOTE = text("""
WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
noted AS (
  UPDATE pages SET published_seq = :seq, published_day = :day,
    published_until = CAST(:until AS timestamptz)
      + make_interval(secs => mod(('x' || left(md5(id), 6))::bit(24)::int, :spread_s)),
    published_build = :build, published_epoch = :epoch, repair_tries = 0, repair_at = '-infinity'
  FROM relaxed WHERE id = :page_id
)
UPDATE commands SET published_at = greatest(clock_timestamp(), applied_at)
WHERE stream_id = :page_id AND seq <= :seq AND published_at IS NULL AND outcome IS NOT NULL
RETURNING extract(epoch FROM published_at - received_at)::float
""")
# Of the newest commands; what is older than these may have been edited by any other.
_LAST_EDIT = text("""
SELECT coalesce(max(seq) FILTER (WHERE kind = ANY(:edits)), min(seq) - 1, :seq) FROM (
  SELECT seq, kind FROM commands WHERE stream_id = :page_id AND seq <= :seq
  ORDER BY seq DESC LIMIT 1000
) newest
""")
# Each condition has an index of its own and a limit: nothing is sorted. Pages whose repair failed
# are skipped until they are due again, so that they hide no others. A deleted page's tombstone is
# not published again.
_BEHIND = text("""
SELECT DISTINCT id FROM (
  (SELECT id FROM pages WHERE published_seq < applied_seq
    AND repair_at <= statement_timestamp() LIMIT :limit)
  UNION ALL (SELECT id FROM pages WHERE published_until <= statement_timestamp()
    AND deleted_at IS NULL AND repair_at <= statement_timestamp() LIMIT :limit)
  UNION ALL (SELECT id FROM pages WHERE published_build < :build
    AND deleted_at IS NULL AND repair_at <= statement_timestamp() LIMIT :limit)
  UNION ALL (SELECT id FROM pages WHERE published_build > :build
    AND deleted_at IS NULL AND repair_at <= statement_timestamp() LIMIT :limit)
  UNION ALL (SELECT id FROM pages WHERE published_epoch < :epoch
    AND deleted_at IS NULL AND repair_at <= statement_timestamp() LIMIT :limit)
  UNION ALL (SELECT id FROM pages WHERE published_epoch > :epoch
    AND deleted_at IS NULL AND repair_at <= statement_timestamp() LIMIT :limit)
) behind
LIMIT :limit
""")
_HOSTS_BEHIND = text("""
SELECT host, page_id, counter FROM hosts
WHERE published_counter < counter OR published_epoch <> :epoch LIMIT :limit
""")
_NOTE_HOSTS = text("""
WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE hosts SET published_counter = noted.counter, published_epoch = :epoch
FROM relaxed, unnest(CAST(:hosts AS text[]), CAST(:counters AS bigint[])) AS noted(host, counter)
WHERE hosts.host = noted.host
""")


_AT_REST = text("""
SELECT p.applied_seq, p.published_day, p.time_zone FROM pages p JOIN streams s ON s.id = p.id
WHERE p.id = :page_id AND p.deleted_at IS NULL
  AND p.applied_seq = s.head_seq AND p.published_seq = p.applied_seq
  AND p.published_build = :build AND p.published_epoch = :epoch
  AND p.published_until > statement_timestamp()
""")


@dataclass(frozen=True, slots=True)
class PublicationNote:
    """A publication in Postgres; `until` is its day's end in the page's zone."""

    edition: Edition
    until: datetime
    epoch: str


def read_last_edit(conn: Connection, page_id: str, seq: int) -> int:
    """Return a seq up to `seq` after which no incident was edited or deleted."""
    edits = [command.__name__ for command in EDITS]
    where = {"page_id": page_id, "seq": seq, "edits": edits}
    last: int = conn.execute(_LAST_EDIT, where).scalar_one()
    return last


def note_publication(conn: Connection, page_id: str, note: PublicationNote) -> None:
    """Store a page's published edition, and mark its commands as published."""
    edition = note.edition
    values = {"seq": edition.seq, "day": edition.day, "build": edition.build}
    where = {"page_id": page_id, "until": note.until, "epoch": note.epoch, "spread_s": SPREAD_S}
    for lag_s in conn.execute(_NOTE, {**where, **values}).scalars():
        LAG_S.observe(lag_s)


def current_edition(conn: Connection, page_id: str, build: str, epoch: str) -> Edition | None:
    """Return the edition of a page with nothing to apply or publish, else None.

    It is behind from the end of its day on, though its turn may come later: see `SPREAD_S`.
    """
    where = {"page_id": page_id, "build": build, "epoch": epoch}
    row = conn.execute(_AT_REST, where).one_or_none()
    if row is None or row.published_day != day_of(datetime.now(UTC), row.time_zone):
        return None
    return Edition(row.applied_seq, row.published_day, build)


def pages_behind(conn: Connection, build: str | None, epoch: str, limit: int) -> list[str]:
    """Return pages not published in their state, this day, build and epoch.

    Without a build (None) any build counts as up to date. Pages whose repair failed and is not due
    again are left out.
    """
    where = {"build": build, "epoch": epoch, "limit": limit}
    return list(conn.execute(_BEHIND, where).scalars())


def hosts_behind(conn: Connection, epoch: str, limit: int) -> list[HostRow]:
    """Return hosts without a published entry in this epoch."""
    rows = conn.execute(_HOSTS_BEHIND, {"epoch": epoch, "limit": limit})
    return [HostRow(*row) for row in rows]


def note_hosts(conn: Connection, rows: Sequence[HostRow], epoch: str) -> None:
    """Mark hosts' entries as published."""
    if rows:
        what = {"hosts": [row.host for row in rows], "counters": [row.counter for row in rows]}
        conn.execute(_NOTE_HOSTS, {**what, "epoch": epoch})
