"""Notifications after a restore: nothing that waited is sent, and leavings since the backup count.

Source: docs/behaviour.md, "Consent and leaving" and "Privacy of subscribers".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.notifications.subscribers import left_hashes

REASON: Final = "restored from a backup"
_SETTLE: Final = (
    text("""
UPDATE deliveries SET status = 'suppressed', reason = :reason, settled_at = clock_timestamp()
WHERE status = 'waiting'
""").bindparams(reason=REASON),
    text("""
UPDATE notification_events SET is_suppressed = true, expanded_at = clock_timestamp()
WHERE expanded_at IS NULL
"""),
    text("""
UPDATE mails SET status = 'failed', reason = :reason WHERE status = 'waiting'
""").bindparams(reason=REASON),
    text("UPDATE subscribers SET due_at = NULL, claimed_until = NULL"),
)
_IDENTITIES = text("""
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_identity = 'YES'
""")
_HOLD = text("""
INSERT INTO held_pages (page_id, since) SELECT DISTINCT page_id, CAST(:since AS timestamptz)
FROM subscribers ON CONFLICT (page_id) DO UPDATE SET since = least(held_pages.since, excluded.since)
""")
_HELD = text("SELECT count(*), min(since) FROM held_pages")
_LEFT = text("SELECT page_id, hash FROM left_addresses ORDER BY page_id, hash")
_NOTE = text("""
INSERT INTO left_addresses (hash, page_id, left_at)
SELECT hash, page_id, clock_timestamp()
FROM unnest(CAST(:hashes AS text[]), CAST(:page_ids AS text[])) AS new (hash, page_id)
ON CONFLICT DO NOTHING
""")
_OF_PAGES = text("""
SELECT page_id, channel, array_agg(id ORDER BY id), array_agg(address ORDER BY id)
FROM subscribers WHERE page_id = ANY(:page_ids) GROUP BY page_id, channel
""")
_DELETE = text("DELETE FROM subscribers WHERE id = ANY(:ids)")


def continue_identities(conn: Connection) -> None:
    """Let new rows have ids behind those that were copied in."""
    for table, column in conn.execute(_IDENTITIES).all():
        sequence = f"pg_get_serial_sequence('{table}', '{column}')"
        newest = f'SELECT max("{column}") FROM "{table}"'  # noqa: S608 - names of our own schema
        conn.execute(text(f"SELECT setval({sequence}, coalesce(({newest}), 0) + 1, false)"))


def settle_waiting(conn: Connection) -> None:
    """Settle all messages and mails that wait, without sending them."""
    for statement in _SETTLE:
        conn.execute(statement)


def hold_pages(conn: Connection, since: datetime) -> None:
    """Hold the messages of pages with subscribers: some may have left after `since`."""
    conn.execute(_HOLD, {"since": since})


def held_since(conn: Connection) -> tuple[int, datetime | None]:
    """Return the number of held pages, and since when leavings are unknown."""
    count, since = conn.execute(_HELD).one()
    return count, since


def release_pages(conn: Connection) -> int:
    """Send the messages of held pages again; return the number of pages."""
    return conn.execute(text("DELETE FROM held_pages")).rowcount


def left_lines(conn: Connection) -> Iterator[str]:
    """Yield a line for each address that left: its page and its hash."""
    for page_id, hash_ in conn.execute(_LEFT):
        yield f"{page_id} {hash_}"


def apply_left(conn: Connection, lines: Iterable[str]) -> int:
    """Delete the subscribers that have left by these lines; return their number."""
    pairs = [line.split() for line in lines if line.strip()]
    page_ids, hashes = [pair[0] for pair in pairs], [pair[-1] for pair in pairs]
    conn.execute(_NOTE, {"hashes": hashes, "page_ids": page_ids})
    ids = find_left(conn, page_ids, set(hashes))
    conn.execute(_DELETE, {"ids": ids})
    return len(ids)


def find_left(conn: Connection, page_ids: Sequence[str], hashes: set[str]) -> list[str]:
    """Return the ids of subscribers with these hashes."""
    rows = conn.execute(_OF_PAGES, {"page_ids": list(set(page_ids))})
    ids: list[str] = []
    for page_id, channel, subscriber_ids, addresses in rows.all():
        by_address = left_hashes(conn, page_id, channel, addresses)
        pairs = zip(subscriber_ids, addresses, strict=True)
        ids += [id_ for id_, address in pairs if by_address[address] in hashes]
    return ids
