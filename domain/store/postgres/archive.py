"""The archive: commands that were settled long ago, moved out of the log's table.

Readers of all commands (the audit log, receipts) use the view `commands_ever`: the log and the
archive as one, with the columns of `commands`.
"""

from sqlalchemy import Connection, text

# Only finished commands. Rows that are locked wait for the next time.
_MOVE = text("""
WITH old AS (
  SELECT stream_id, seq FROM commands
  WHERE received_at < clock_timestamp() - make_interval(days => :days)
    AND published_at IS NOT NULL AND outcome IS NOT NULL
  LIMIT :limit FOR UPDATE SKIP LOCKED
),
moved AS (
  DELETE FROM commands c USING old WHERE c.stream_id = old.stream_id AND c.seq = old.seq
  RETURNING c.*
)
INSERT INTO commands_archive (stream_id, seq, id, kind, payload, actor, cause, received_at, due_at,
  outcome, refusal, applied_at, published_at, request_id)
SELECT stream_id, seq, id, kind, payload, actor, cause, received_at, due_at,
  outcome, refusal, applied_at, published_at, request_id
FROM moved
""")


def archive_settled(conn: Connection, days: int, limit: int) -> int:
    """Move at most `limit` commands older than `days`; return their number."""
    return conn.execute(_MOVE, {"days": days, "limit": limit}).rowcount
