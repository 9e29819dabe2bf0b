"""The number of mails that a page has sent today (UTC)."""

from sqlalchemy import Connection, text

_COUNT = text("""
SELECT count FROM mail_counts WHERE page_id = :page_id AND day = CURRENT_DATE
""")
_ADD = text("""
INSERT INTO mail_counts (page_id, day, count) VALUES (:page_id, CURRENT_DATE, 1)
ON CONFLICT (page_id, day) DO UPDATE SET count = mail_counts.count + 1
""")
_FORGET = text("""
DELETE FROM mail_counts WHERE (page_id, day) IN (
  SELECT page_id, day FROM mail_counts WHERE day < CURRENT_DATE - 7
  ORDER BY day LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def count_mails(conn: Connection, page_id: str) -> int:
    """Return the number of mails of a page today."""
    return conn.execute(_COUNT, {"page_id": page_id}).scalar() or 0


def add_mail(conn: Connection, page_id: str) -> None:
    """Count a mail of today."""
    conn.execute(_ADD, {"page_id": page_id})


def forget_mail_counts(conn: Connection, limit: int) -> int:
    """Delete the counts of a week ago; return their number."""
    return conn.execute(_FORGET, {"limit": limit}).rowcount
