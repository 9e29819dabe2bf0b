"""Reading a page for its file: the document, and its incidents in slices."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from domain.page.state import Page
from domain.runtime.page_file.document import Document, IncidentPart
from domain.runtime.page_file.from_page import to_document, to_incident_part
from domain.runtime.page_file.own_ids import Ids
from domain.store.postgres import tables as t
from domain.store.postgres.incidents import ListPosition, incidents_after
from domain.store.postgres.load import load_page
from domain.store.postgres.logos import load_logo

SLICE: Final = 50  # incidents that one query reads


def read_page(conn: Connection, page_id: str) -> tuple[Page, bytes | None]:
    """Return a page, and the bytes of its logo."""
    page, _ = load_page(conn, page_id)
    return page, load_logo(conn, page_id, page.logo.digest) if page.logo else None


def read_file_ids(conn: Connection, page: Page) -> Ids:
    """Return the ids that a page's objects have in a file, by their own ids."""
    c = t.incidents.c
    query = select(c.id, func.coalesce(c.external_id, c.id)).where(c.page_id == page.id)
    return Ids(
        {node.id: node.external_id or node.id for node in page.components.values()},
        {row[0]: row[1] for row in conn.execute(query)},
        {item.id: item.external_id or item.id for item in page.templates.values()},
    )


def read_known_ids(conn: Connection, page: Page) -> Ids:
    """Return a page's own ids, by those that its objects have in a file."""
    ids = read_file_ids(conn, page)
    parts = (ids.components, ids.incidents, ids.templates)
    return Ids(*({file_id: own_id for own_id, file_id in part.items()} for part in parts))


def read_document(conn: Connection, page_id: str) -> tuple[Document, Ids]:
    """Return the document of a page without its incidents, and the ids of its file."""
    page, logo = read_page(conn, page_id)
    ids = read_file_ids(conn, page)
    return to_document(page, logo, ids), ids


def read_incidents(conn: Connection, page_id: str, ids: Ids) -> Iterator[IncidentPart]:
    """Yield all incidents of a page, however old, the newest start first."""
    after, has_more = None, True
    while has_more:
        parts, after = read_slice(conn, page_id, ids, after)
        yield from parts
        has_more = after is not None


def read_slice(
    conn: Connection, page_id: str, ids: Ids, after: ListPosition | None
) -> tuple[list[IncidentPart], ListPosition | None]:
    """Return some incidents after a position, and the next position; None at the end.

    An incident that was opened after `ids` were read is left out.
    """
    part = incidents_after(conn, page_id, None, after, SLICE)
    last = part.incidents[-1] if part.has_more else None
    position = ListPosition(last.started_at, last.id) if last else None
    return [to_incident_part(i, ids) for i in part.incidents if i.id in ids.incidents], position
