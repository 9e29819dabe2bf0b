"""Incidents as their owner reads them: one, or a page of the list. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, or_, select, tuple_

from domain.artifacts import MIB
from domain.page.state import CancelledMaintenance, Incident
from domain.status import IncidentKind
from domain.store.postgres import tables as t
from domain.store.postgres.load import load_incidents
from domain.store.postgres.rows import to_dataclass

# Text of an owner's list of incidents. The incident that exceeds it is the last of its page.
LIST_TEXT_BYTES: Final = 4 * MIB


@dataclass(frozen=True, slots=True)
class IncidentSlice:
    """A part of a list of incidents, and whether more follow."""

    incidents: list[Incident]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ListPosition:
    """A position in the list: after the incident of this start and id."""

    started_at: datetime
    incident_id: str


def has_incident(conn: Connection, page_id: str, incident_id: str) -> bool:
    """Tell whether a page has such an incident, however old."""
    c = t.incidents.c
    query = select(c.id).where(c.page_id == page_id, c.id == incident_id)
    return conn.execute(query).first() is not None


def incident_ids(conn: Connection, page_id: str) -> list[str]:
    """Return the ids of all of a page's incidents, oldest first."""
    c = t.incidents.c
    return list(conn.execute(select(c.id).where(c.page_id == page_id).order_by(c.id)).scalars())


def incident_of(conn: Connection, page_id: str, incident_id: str) -> Incident | None:
    """Return one of a page's incidents, however old."""
    return load_incidents(conn, page_id, t.incidents.c.id == incident_id).get(incident_id)


def incidents_after(
    conn: Connection,
    page_id: str,
    kind: IncidentKind | None,
    after: ListPosition | None,
    limit: int,
    *,
    is_resolved: bool | None = None,
) -> IncidentSlice:
    """Return at most `limit` of a page's incidents after a position, newest first.

    Fewer if they hold more text than a list has, but one at least. None means of any kind, from the
    newest on, resolved or not.
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
    incidents = load_incidents(conn, page_id, c.id.in_(ids)) if ids else {}
    newest_first = sorted(incidents.values(), key=lambda i: (i.started_at, i.id), reverse=True)
    return IncidentSlice(newest_first, has_more=len(ids) < len(rows))


def maintenances_since(
    conn: Connection, page_id: str, since: datetime, ended_max: int
) -> list[Incident]:
    """Return unresolved maintenances, and at most `ended_max` that ended since; oldest start first.

    If there are more, those that ended last are returned.
    """
    c = t.incidents.c
    is_maintenance = c.kind == IncidentKind.MAINTENANCE.value
    ended_ids = (
        select(c.id)
        .where(c.page_id == page_id, is_maintenance, c.resolved_at >= since)
        .order_by(c.resolved_at.desc(), c.id.desc())
        .limit(ended_max)
    )
    is_listed = or_(c.resolved_at.is_(None), c.id.in_(ended_ids))
    incidents = load_incidents(conn, page_id, is_maintenance & is_listed)
    return sorted(incidents.values(), key=lambda i: (i.started_at, i.id))


def cancelled_since(
    conn: Connection, page_id: str, since: datetime, limit: int
) -> list[CancelledMaintenance]:
    """Return maintenances deleted since an instant, the newest deletion first, at most `limit`."""
    c = t.cancelled_maintenances.c
    query = select(t.cancelled_maintenances).where(c.page_id == page_id, c.deleted_at >= since)
    rows = conn.execute(query.order_by(c.deleted_at.desc(), c.id.desc()).limit(limit))
    return [to_dataclass(row, CancelledMaintenance) for row in rows]


def fitting(sizes: list[tuple[str, int]]) -> list[str]:
    """Return the ids that fit into a list, of (id, bytes of text) pairs."""
    totals = accumulate((size for _, size in sizes), initial=0)
    return [id_ for (id_, _), total in zip(sizes, totals, strict=False) if total < LIST_TEXT_BYTES]


def _text_bytes() -> ColumnElement[int]:
    update_bytes = select(func.coalesce(func.sum(func.octet_length(t.updates.c.body)), 0)).where(
        t.updates.c.incident_id == t.incidents.c.id
    )
    return func.octet_length(t.incidents.c.title) + update_bytes.scalar_subquery()
