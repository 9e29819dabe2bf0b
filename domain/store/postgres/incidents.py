"""Incidents as their owner reads them: one, or a page of the list. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from domain.artifact_sizes import LIST_TEXT_BYTES
from domain.page.state import Incident
from domain.status import IncidentKind
from domain.store.postgres import tables as t
from domain.store.postgres.load import load_incidents


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list of incidents, and whether more stands behind it."""

    incidents: list[Incident]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list one stands: behind the incident that started then and has this id."""

    started_at: datetime
    incident_id: str


def has_incident(conn: Connection, page_id: str, incident_id: str) -> bool:
    """Tell whether a page has such an incident, however old."""
    c = t.incidents.c
    found = select(c.id).where(c.page_id == page_id, c.id == incident_id)
    return conn.execute(found).first() is not None


def incident_of(conn: Connection, page_id: str, incident_id: str) -> Incident | None:
    """Return one of a page's incidents, however old."""
    return load_incidents(conn, page_id, t.incidents.c.id == incident_id).get(incident_id)


def incidents_after(
    conn: Connection,
    page_id: str,
    kind: IncidentKind | None,
    after: Place | None,
    limit: int,
    *,
    is_resolved: bool | None = None,
) -> Stretch:
    """Return a page's incidents behind a place in the list, newest first, at most `limit`.

    Fewer if they hold more text than a list has, but one at least. None means of any kind, from
    the newest on, resolved or not.
    """
    c = t.incidents.c
    query = select(c.id, _text_bytes()).where(c.page_id == page_id)
    if kind:
        query = query.where(c.kind == kind.value)
    if is_resolved is not None:
        query = query.where(c.resolved_at.is_not(None) if is_resolved else c.resolved_at.is_(None))
    if after:
        query = query.where(tuple_(c.started_at, c.id) < (after.started_at, after.incident_id))
    rows = conn.execute(query.order_by(c.started_at.desc(), c.id.desc()).limit(limit + 1)).all()
    ids = fitting([(row[0], row[1]) for row in rows[:limit]])
    found = load_incidents(conn, page_id, c.id.in_(ids)) if ids else {}
    newest_first = sorted(found.values(), key=lambda i: (i.started_at, i.id), reverse=True)
    return Stretch(newest_first, has_more=len(ids) < len(rows))


def fitting(sizes: list[tuple[str, int]]) -> list[str]:
    """Return the ids of incidents that a list has room for, of (id, bytes of text) in its order."""
    before = accumulate((size for _, size in sizes), initial=0)
    return [id_ for (id_, _), held in zip(sizes, before, strict=False) if held < LIST_TEXT_BYTES]


def _text_bytes() -> ColumnElement[int]:
    said = select(func.coalesce(func.sum(func.octet_length(t.updates.c.body)), 0)).where(
        t.updates.c.incident_id == t.incidents.c.id
    )
    return func.octet_length(t.incidents.c.title) + said.scalar_subquery()
