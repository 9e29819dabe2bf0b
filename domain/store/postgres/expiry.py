"""What leaves Postgres once nobody can ask for it any more: in batches, each a short transaction.

Receipts are readable for 30 days, so refusals and the streams of what was deleted stay as long.
"""

from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.domains.hosts import HELD_DAYS

RECEIPT_DAYS: Final = 30
# Its counter outlives by far the entry that it guards in Redis, and as long is it held.
FREE_HOST_DAYS: Final = HELD_DAYS

_REFUSALS = """
DELETE FROM {table} WHERE (stream_id, seq) IN (
  SELECT stream_id, seq FROM {table}
  WHERE refusal IS NOT NULL AND outcome = 'refused' AND published_at IS NOT NULL
    AND received_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED)
"""
# The row of a stream goes last, when nothing is left in it; its id is never used again.
_CLOSED = text("""
SELECT id FROM streams
WHERE closed AND last_at < clock_timestamp() - make_interval(days => :days) ORDER BY id LIMIT 1
""")
_OF_STREAM = """
DELETE FROM {table} WHERE stream_id = :stream_id AND seq IN (
  SELECT seq FROM {table} WHERE stream_id = :stream_id ORDER BY seq LIMIT :limit)
"""
_STREAM = text("DELETE FROM streams WHERE id = :stream_id AND closed")
# Code of the release before frees a host without saying when.
_STAMP = text("""
UPDATE hosts SET freed_at = clock_timestamp() WHERE page_id IS NULL AND freed_at IS NULL
""")
_HOSTS = text("""
DELETE FROM hosts WHERE host IN (
  SELECT host FROM hosts
  WHERE page_id IS NULL AND freed_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY freed_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_TABLES = ("commands", "commands_archive")
_REFUSALS_OF = [text(_REFUSALS.format(table=table)) for table in _TABLES]
_ROWS_OF = [text(_OF_STREAM.format(table=table)) for table in _TABLES]


def forget_refusals(conn: Connection, limit: int) -> int:
    """Delete refusals older than their receipts are readable; return how many."""
    where = {"days": RECEIPT_DAYS, "limit": limit}
    return sum(conn.execute(statement, where).rowcount for statement in _REFUSALS_OF)


def forget_closed_streams(conn: Connection, limit: int) -> int:
    """Delete commands of a stream that was closed long ago, or its row; return how many rows."""
    stream_id = conn.execute(_CLOSED, {"days": RECEIPT_DAYS}).scalar()
    if stream_id is None:
        return 0
    where = {"stream_id": stream_id, "limit": limit}
    gone = sum(conn.execute(statement, where).rowcount for statement in _ROWS_OF)
    return gone or conn.execute(_STREAM, {"stream_id": stream_id}).rowcount


def forget_free_hosts(conn: Connection, limit: int) -> int:
    """Delete hosts that nobody has had for long; return how many."""
    conn.execute(_STAMP)
    return conn.execute(_HOSTS, {"days": FREE_HOST_DAYS, "limit": limit}).rowcount
