"""Incidents as their owner reads them: one, or a page of the list. Reading only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from domain.page.state import Incident
from domain.status import IncidentKind
from domain.store import tables as t
from domain.store.load import load_incidents


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
) -> list[Incident]:
    """Return a page's incidents behind a place in the list, newest first, at most `limit`.

    None means of any kind, from the newest on, resolved or not.
    """
    c = t.incidents.c
    query = select(c.id).where(c.page_id == page_id)
    if kind:
        query = query.where(c.kind == kind.value)
    if is_resolved is not None:
        query = query.where(c.resolved_at.is_not(None) if is_resolved else c.resolved_at.is_(None))
    if after:
        query = query.where(tuple_(c.started_at, c.id) < (after.started_at, after.incident_id))
    ids = query.order_by(c.started_at.desc(), c.id.desc()).limit(limit)
    found = load_incidents(conn, page_id, c.id.in_(ids))
    return sorted(found.values(), key=lambda i: (i.started_at, i.id), reverse=True)
