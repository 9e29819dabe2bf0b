"""Retention: settled commands move into the archive, and old rows are deleted.

In batches, each a short transaction. Readers of all commands (the audit log, receipts) use the view
`commands_ever`: the log and the archive as one, with the columns of `commands`. Receipts are
readable for 30 days, so refusals and the streams of deleted things stay as long.
"""

from typing import Final

from sqlalchemy import Connection, text

from domain.page.limits import CALENDAR_DAYS
from domain.page.uptime.shown import KEPT_DAYS
from domain.store.postgres.hosts import RESERVED_DAYS

# Only finished commands. Rows that are locked wait for the next time.
_MOVE = text("""
WITH old AS (
  SELECT stream_id, seq FROM commands
  WHERE received_at < statement_timestamp() - make_interval(days => :days)
    AND published_at IS NOT NULL AND outcome IS NOT NULL
  LIMIT :limit FOR UPDATE SKIP LOCKED
),
moved AS (
  DELETE FROM commands c USING old WHERE c.stream_id = old.stream_id AND c.seq = old.seq
  RETURNING c.*
)
INSERT INTO commands_archive (stream_id, seq, id, kind, payload, actor, cause, received_at, due_at,
  outcome, refusal, applied_at, published_at, request_id, changes, remarks)
SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at,
  outcome, refusal, applied_at, published_at, request_id, changes, remarks
FROM moved
""")


def archive_settled(conn: Connection, days: int, limit: int) -> int:
    """Move at most `limit` commands older than `days`; return their number."""
    return conn.execute(_MOVE, {"days": days, "limit": limit}).rowcount


RECEIPT_DAYS: Final = 30
# Its counter has to outlive the guarded entry in Redis; the reservation lasts as long.
FREE_HOST_DAYS: Final = RESERVED_DAYS

_REFUSALS = """
DELETE FROM {table} WHERE (stream_id, seq) IN (
  SELECT stream_id, seq FROM {table}
  WHERE refusal IS NOT NULL AND outcome = 'refused' AND published_at IS NOT NULL
    AND received_at < statement_timestamp() - make_interval(days => :days)
  ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED)
"""
# The row of a stream is deleted last, when its commands are gone; its id is never used again.
_CLOSED = text("""
SELECT id FROM streams
WHERE closed AND last_at < statement_timestamp() - make_interval(days => :days) ORDER BY id LIMIT 1
""")
_OF_STREAM = """
DELETE FROM {table} WHERE stream_id = :stream_id AND seq IN (
  SELECT seq FROM {table} WHERE stream_id = :stream_id ORDER BY seq LIMIT :limit)
"""
_STREAM = text("DELETE FROM streams WHERE id = :stream_id AND closed")
# The previous release frees a host without a time.
_STAMP = text("""
UPDATE hosts SET freed_at = clock_timestamp() WHERE page_id IS NULL AND freed_at IS NULL
""")
_HOSTS = text("""
DELETE FROM hosts WHERE host IN (
  SELECT host FROM hosts
  WHERE page_id IS NULL AND freed_at < statement_timestamp() - make_interval(days => :days)
  ORDER BY freed_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_SHOWN = text("""
DELETE FROM shown_days WHERE (component_id, day) IN (
  SELECT component_id, day FROM shown_days
  WHERE day < CURRENT_DATE - :days ORDER BY day LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_CANCELLED = text("""
DELETE FROM cancelled_maintenances WHERE id IN (
  SELECT id FROM cancelled_maintenances
  WHERE deleted_at < statement_timestamp() - make_interval(days => :days)
  ORDER BY deleted_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_TABLES = ("commands", "commands_archive")
_REFUSALS_OF = [text(_REFUSALS.format(table=table)) for table in _TABLES]
_ROWS_OF = [text(_OF_STREAM.format(table=table)) for table in _TABLES]


def forget_refusals(conn: Connection, limit: int) -> int:
    """Delete refusals after their receipts' retention; return their number."""
    where = {"days": RECEIPT_DAYS, "limit": limit}
    return sum(conn.execute(statement, where).rowcount for statement in _REFUSALS_OF)


def forget_closed_streams(conn: Connection, limit: int) -> int:
    """Delete commands of a long closed stream, or its row; return the row count."""
    stream_id = conn.execute(_CLOSED, {"days": RECEIPT_DAYS}).scalar()
    if stream_id is None:
        return 0
    where = {"stream_id": stream_id, "limit": limit}
    count = sum(conn.execute(statement, where).rowcount for statement in _ROWS_OF)
    return count or conn.execute(_STREAM, {"stream_id": stream_id}).rowcount


def forget_free_hosts(conn: Connection, limit: int) -> int:
    """Delete hosts that have been free for 30 days; return their number."""
    conn.execute(_STAMP)
    return conn.execute(_HOSTS, {"days": FREE_HOST_DAYS, "limit": limit}).rowcount


def forget_shown_days(conn: Connection, limit: int) -> int:
    """Delete shown rows that are older than is kept; return the number of days."""
    return conn.execute(_SHOWN, {"days": KEPT_DAYS, "limit": limit}).rowcount


def forget_cancelled_maintenances(conn: Connection, limit: int) -> int:
    """Delete cancelled maintenances that no calendar has any more; return their number."""
    return conn.execute(_CANCELLED, {"days": CALENDAR_DAYS + 2, "limit": limit}).rowcount
