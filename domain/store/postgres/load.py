"""Reading whole aggregates from Postgres; `save` writes them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from domain.account.state import Account, Place, Slot
from domain.page import state as s
from domain.page.limits import AT_HAND_DAYS
from domain.page.uptime import BAR_DAYS
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.store.postgres import tables as t
from domain.store.postgres.custom_domains import load_mounts
from domain.store.postgres.logos import logo_from
from domain.store.postgres.templates import load_templates

TIMELINE_DAYS = 14
# More days than the page shows, so that "14 days ago" is covered in every time zone.
MARGIN_DAYS = AT_HAND_DAYS - TIMELINE_DAYS
# Without the columns of its publication: before the first one they hold an instant (`-infinity`)
# that a datetime can't represent.
_PAGE = select(*(c for c in t.pages.c if not c.name.startswith(("published_", "repair_"))))


def load_page(
    conn: Connection, page_id: str, ids: Collection[str] = (), *, with_templates: bool = False
) -> tuple[s.Page, int]:
    """Return a page and the seq up to which commands are applied to it.

    `ids` are those of incidents that pending commands name, however old; templates are loaded only
    on demand. A page that does not exist yet is returned blank with seq 0.
    """
    row = conn.execute(_PAGE.where(t.pages.c.id == page_id)).one_or_none()
    if row is None:
        return s.Page(page_id), 0
    incidents = load_incidents(conn, page_id, _current(ids))
    page = s.Page(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        description=row.description,
        time_zone=row.time_zone,
        is_public=row.is_public,
        host=row.host,
        look=msgspec.convert(row.look, s.Appearance),
        logo=logo_from(row.logo),
        entitlement=_entitlement(row),
        created_at=row.created_at,
        changed_at=row.changed_at,
        deleted_at=row.deleted_at,
        components=load_components(conn, page_id),
        incidents=incidents,
        past=_load_past(conn, page_id, incidents),
        keys=_load_keys(conn, page_id),
        templates=load_templates(conn, page_id) if with_templates else {},
        suspension=_suspension(row),
    )
    return page, row.applied_seq


def load_account(conn: Connection, account_id: str) -> tuple[Account, int] | None:
    """Return an account and its applied seq; None if unknown."""
    row = conn.execute(select(t.accounts).where(t.accounts.c.id == account_id)).one_or_none()
    if row is None:
        return None
    rows = conn.execute(select(t.places).where(t.places.c.account_id == account_id))
    places = {p.page_id: Place(p.page_id, p.created_at, _entitlement(p)) for p in rows}
    account = Account(
        id=row.id,
        tier=s.Tier(row.tier),
        tier_until=row.tier_until,
        places=places,
        slots=_load_slots(conn, account_id),
        balance=row.balance,
        mounts=load_mounts(conn, account_id),
        deleted_at=row.deleted_at,
    )
    return account, row.applied_seq


def _load_slots(conn: Connection, account_id: str) -> dict[str, Slot]:
    rows = conn.execute(select(t.slots).where(t.slots.c.account_id == account_id))
    return {r.id: Slot(r.id, r.bought_at, r.expires_at, r.is_over) for r in rows}


def _suspension(row: Row[Any]) -> s.Suspension | None:
    return s.Suspension(row.suspended_at, row.suspended_reason) if row.suspended_at else None


def _entitlement(row: Row[Any]) -> s.Entitlement:
    return s.Entitlement(s.Tier(row.tier), row.tier_until, row.served_until)


def load_components(conn: Connection, page_id: str) -> dict[str, s.Component]:
    """Return a page's nodes by id."""
    rows = conn.execute(select(t.components).where(t.components.c.page_id == page_id))
    return {row.id: _component(row) for row in rows}


def _component(row: Row[Any]) -> s.Component:
    return s.Component(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        kind=s.ComponentKind(row.kind),
        parent_id=row.parent_id,
        position=row.position,
        description=row.description,
        status=Status(row.status) if row.status else None,
        status_at=row.status_at,
        show_uptime=row.show_uptime,
    )


def load_month(
    conn: Connection, page_id: str, from_at: datetime, until_at: datetime, limit: int
) -> list[s.Incident]:
    """Return the newest incidents that started within a window, newest first, at most `limit`."""
    c = t.incidents.c
    ids = (
        select(c.id)
        .where(c.page_id == page_id, c.started_at >= from_at, c.started_at < until_at)
        .order_by(c.started_at.desc(), c.id.desc())
        .limit(limit)
    )
    incidents = load_incidents(conn, page_id, c.id.in_(ids))
    return sorted(incidents.values(), key=lambda i: (i.started_at, i.id), reverse=True)


def first_start(conn: Connection, page_id: str) -> datetime | None:
    """Return the start of the page's oldest incident; None without any."""
    c = t.incidents.c
    return conn.execute(select(func.min(c.started_at)).where(c.page_id == page_id)).scalar()


def _current(incident_ids: Collection[str]) -> ColumnElement[bool]:
    c = t.incidents.c
    recent = c.resolved_at >= func.now() - timedelta(days=AT_HAND_DAYS)
    return or_(c.resolved_at.is_(None), recent, c.id.in_(list(incident_ids)))


def load_incidents(
    conn: Connection, page_id: str, condition: ColumnElement[bool]
) -> dict[str, s.Incident]:
    """Return the incidents of a page that meet a condition, whole."""
    c = t.incidents.c
    query = select(t.incidents).where(c.page_id == page_id, condition).order_by(c.id)
    rows = conn.execute(query).all()
    ids = [row.id for row in rows]
    updates, claims = _updates_of(conn, ids), _claims_of(conn, ids)
    return {row.id: _incident(row, updates.get(row.id, ()), claims.get(row.id, ())) for row in rows}


def _incident(row: Row[Any], updates: Iterable[s.Update], claims: Iterable[s.Claim]) -> s.Incident:
    return s.Incident(
        id=row.id,
        title=row.title,
        impact=Impact(row.impact),
        state=IncidentState(row.state),
        started_at=row.started_at,
        posted_at=row.posted_at,
        updated_at=row.updated_at,
        kind=IncidentKind(row.kind),
        resolved_at=row.resolved_at,
        scheduled_start=row.scheduled_start,
        scheduled_end=row.scheduled_end,
        auto_start=row.auto_start,
        auto_end=row.auto_end,
        leaves=tuple(row.leaves),
        updates=tuple(updates),
        claims=tuple(claims),
    )


def _updates_of(conn: Connection, incident_ids: list[str]) -> dict[str, list[s.Update]]:
    updates: dict[str, list[s.Update]] = {}
    if incident_ids:
        c = t.updates.c
        query = select(t.updates).where(c.incident_id.in_(incident_ids)).order_by(c.position)
        for row in conn.execute(query):
            updates.setdefault(row.incident_id, []).append(_update(row))
    return updates


def _update(row: Row[Any]) -> s.Update:
    return s.Update(
        id=row.id,
        state=IncidentState(row.state),
        body=row.body,
        occurred_at=row.occurred_at,
        posted_at=row.posted_at,
        components={leaf: Status(status) for leaf, status in row.components.items()},
        edited_at=row.edited_at,
    )


def _claims_of(conn: Connection, incident_ids: list[str]) -> dict[str, list[s.Claim]]:
    claims: dict[str, list[s.Claim]] = {}
    if incident_ids:
        c = t.claims.c
        query = select(t.claims).where(c.incident_id.in_(incident_ids)).order_by(c.from_at)
        for row in conn.execute(query.order_by(c.component_id)):
            claims.setdefault(row.incident_id, []).append(_claim(row))
    return claims


def _claim(row: Row[Any]) -> s.Claim:
    return s.Claim(row.component_id, Status(row.status), row.from_at, row.until_at)


def _load_past(
    conn: Connection, page_id: str, loaded_ids: Collection[str]
) -> tuple[s.PastIncident, ...]:
    c, i = t.claims.c, t.incidents.c
    since = func.now() - timedelta(days=BAR_DAYS + MARGIN_DAYS)
    query = (
        select(t.claims, i.title)
        .join(t.incidents, i.id == c.incident_id)
        .where(c.page_id == page_id, c.until_at >= since, c.incident_id.not_in(list(loaded_ids)))
        .order_by(c.incident_id, c.from_at, c.component_id)
    )
    incidents: dict[str, tuple[str, list[s.Claim]]] = {}
    for row in conn.execute(query):
        incidents.setdefault(row.incident_id, (row.title, []))[1].append(_claim(row))
    return tuple(
        s.PastIncident(id_, title, tuple(claims)) for id_, (title, claims) in incidents.items()
    )


def _load_keys(conn: Connection, page_id: str) -> dict[str, s.Key]:
    rows = conn.execute(select(t.keys).where(t.keys.c.page_id == page_id).order_by(t.keys.c.id))
    return {r.id: s.Key(r.id, r.name, r.hash, r.created_at, r.disabled) for r in rows}
