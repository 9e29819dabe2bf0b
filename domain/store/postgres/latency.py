"""Latency of writes from acknowledgement to publication, read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

DAYS = 30
RECENT_MINUTES = 10
NEWEST = 20_000  # writes: for a page with more writes the newest are enough

# By the log's own key, and no further back. Scheduled commands (`due_at`) waited for their time,
# and those handed on by an account were not sent to the page.
_LATENCY = text(f"""
WITH recent AS (
  SELECT (c.received_at AT TIME ZONE :zone)::date AS day,
    extract(epoch FROM c.published_at - c.received_at) * 1000 AS ms
  FROM commands c
  WHERE c.stream_id = :page_id
    AND c.seq > (SELECT head_seq FROM streams WHERE id = :page_id) - {NEWEST}
    AND c.received_at > statement_timestamp() - interval '{DAYS} days'
    AND c.published_at IS NOT NULL AND c.outcome = 'applied' AND c.due_at IS NULL
)
SELECT day, count(*) AS count,
  round(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms))::int AS p50_ms,
  round(percentile_disc(0.99) WITHIN GROUP (ORDER BY ms))::int AS p99_ms
FROM recent GROUP BY GROUPING SETS ((), (day)) ORDER BY day NULLS FIRST
""")  # noqa: S608 - two numbers of ours
# Whether the window that `_LATENCY` reads ends before its days do.
_IS_CUT = text(f"""
SELECT EXISTS (SELECT FROM commands c WHERE c.stream_id = :page_id
  AND c.seq = (SELECT head_seq FROM streams WHERE id = :page_id) - {NEWEST}
  AND c.received_at > statement_timestamp() - interval '{DAYS} days')
""")  # noqa: S608 - two numbers of ours
_LATELY = text(f"""
WITH recent AS (
  SELECT extract(epoch FROM published_at - received_at) * 1000 AS ms FROM commands
  WHERE received_at > statement_timestamp() - interval '{RECENT_MINUTES} minutes'
    AND published_at IS NOT NULL AND due_at IS NULL
)
SELECT count(*), round(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms))::int,
  round(percentile_disc(0.99) WITHIN GROUP (ORDER BY ms))::int
FROM recent
""")  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class Latency:
    """The median and 99th percentile latency of `count` writes, in milliseconds.

    `day` is one in the page's zone, None for all days together; no figures without writes.
    """

    day: date | None
    count: int
    p50_ms: int | None
    p99_ms: int | None


def latency_of(conn: Connection, page_id: str, zone: str) -> tuple[Latency, Sequence[Latency]]:
    """Return a page's latency of the last 30 days, in total and by day."""
    rows = conn.execute(_LATENCY, {"page_id": page_id, "zone": zone})
    together, *days = [Latency(*row) for row in rows]
    return together, days


def latency_summary(conn: Connection, page_id: str, zone: str) -> tuple[Latency, int | None]:
    """Return a page's latency of the last 30 days together, for a sentence.

    With it comes the number of writes examined, if those are not all of the 30 days.
    """
    is_cut = conn.execute(_IS_CUT, {"page_id": page_id}).scalar_one()
    return latency_of(conn, page_id, zone)[0], NEWEST if is_cut else None


def recent_latency(conn: Connection) -> Latency:
    """Return the latency of all streams' writes of the last ten minutes."""
    return Latency(None, *conn.execute(_LATELY).one())
