"""Who owns a host, as Postgres decides it: claims and releases, each with a counter."""

from sqlalchemy import Connection, text

from domain.store.publication import HostRow

# The row of a free host stays for long, so that its counter does not go back while an entry of it
# may be on its way to Redis.
_CLAIM = text("""
INSERT INTO hosts (host, page_id, counter) VALUES (:host, :page_id, 1)
ON CONFLICT (host) DO UPDATE SET page_id = :page_id, counter = hosts.counter + 1,
    freed_at = NULL
  WHERE hosts.page_id IS NULL
RETURNING host, page_id, counter
""")
_RELEASE = text("""
UPDATE hosts SET page_id = NULL, counter = counter + 1, freed_at = clock_timestamp()
WHERE page_id = :page_id
RETURNING host, page_id, counter
""")
_RELEASE_ONE = text("""
UPDATE hosts SET page_id = NULL, counter = counter + 1, freed_at = clock_timestamp()
WHERE host = :host AND page_id = :page_id RETURNING host, page_id, counter
""")
_IS_TAKEN = text("""
SELECT count(*) FROM hosts WHERE host = :host AND page_id IS NOT NULL AND page_id <> :page_id
""")

_SHOWS_A_PAGE = text("""
SELECT count(*) FROM hosts h JOIN pages p ON p.id = h.page_id
WHERE h.host = :host AND p.is_public AND p.deleted_at IS NULL AND p.suspended_at IS NULL
  AND (p.served_until IS NULL OR p.served_until > clock_timestamp())
""")


def claim_host(conn: Connection, host: str, page_id: str) -> HostRow | None:
    """Take a free host for a page; None if it is taken. Waits for a concurrent claim to end."""
    row = conn.execute(_CLAIM, {"host": host, "page_id": page_id}).one_or_none()
    return HostRow(*row) if row else None


def release_host(conn: Connection, host: str, page_id: str) -> HostRow | None:
    """Free one host of a page; None if the page has not got it."""
    row = conn.execute(_RELEASE_ONE, {"host": host, "page_id": page_id}).one_or_none()
    return HostRow(*row) if row else None


def is_taken(conn: Connection, host: str, page_id: str) -> bool:
    """Tell whether a host leads to another page."""
    return bool(conn.execute(_IS_TAKEN, {"host": host, "page_id": page_id}).scalar())


def leads_somewhere(conn: Connection, host: str) -> bool:
    """Tell whether a host leads to a page."""
    return is_taken(conn, host, "")


def shows_a_page(conn: Connection, host: str) -> bool:
    """Tell whether visitors of a host may see its page now. Source: SPEC 3.9."""
    return bool(conn.execute(_SHOWS_A_PAGE, {"host": host}).scalar())


def release_hosts(conn: Connection, page_id: str) -> list[HostRow]:
    """Free every host of a page."""
    return [HostRow(*row) for row in conn.execute(_RELEASE, {"page_id": page_id})]
