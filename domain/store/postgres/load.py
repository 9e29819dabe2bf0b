"""Reading whole aggregates from Postgres; `save` writes them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from domain.account.state import Account, Place, Slot
from domain.page import state as s
from domain.page.limits import AT_HAND_DAYS
from domain.page.uptime import BAR_DAYS
from domain.store.postgres import tables as t
from domain.store.postgres.custom_domains import load_mounts
from domain.store.postgres.rows import to_dataclass
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
    page = to_dataclass(
        row,
        s.Page,
        entitlement=to_dataclass(row, s.Entitlement),
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
    account = to_dataclass(
        row,
        Account,
        places={p.page_id: _place(p) for p in rows},
        slots=_load_slots(conn, account_id),
        mounts=load_mounts(conn, account_id),
    )
    return account, row.applied_seq


def _load_slots(conn: Connection, account_id: str) -> dict[str, Slot]:
    rows = conn.execute(select(t.slots).where(t.slots.c.account_id == account_id))
    return {row.id: to_dataclass(row, Slot) for row in rows}


def _suspension(row: Row[Any]) -> s.Suspension | None:
    return s.Suspension(row.suspended_at, row.suspended_reason) if row.suspended_at else None


def _place(row: Row[Any]) -> Place:
    return to_dataclass(row, Place, entitlement=to_dataclass(row, s.Entitlement))


def load_components(conn: Connection, page_id: str) -> dict[str, s.Component]:
    """Return a page's nodes by id."""
    rows = conn.execute(select(t.components).where(t.components.c.page_id == page_id))
    return {row.id: to_dataclass(row, s.Component) for row in rows}


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
    return {
        row.id: to_dataclass(
            row, s.Incident, updates=updates.get(row.id, ()), claims=claims.get(row.id, ())
        )
        for row in rows
    }


def _updates_of(conn: Connection, incident_ids: list[str]) -> dict[str, list[s.Update]]:
    updates: dict[str, list[s.Update]] = {}
    if incident_ids:
        c = t.updates.c
        query = select(t.updates).where(c.incident_id.in_(incident_ids)).order_by(c.position)
        for row in conn.execute(query):
            updates.setdefault(row.incident_id, []).append(to_dataclass(row, s.Update))
    return updates


def _claims_of(conn: Connection, incident_ids: list[str]) -> dict[str, list[s.Claim]]:
    claims: dict[str, list[s.Claim]] = {}
    if incident_ids:
        c = t.claims.c
        query = select(t.claims).where(c.incident_id.in_(incident_ids)).order_by(c.from_at)
        for row in conn.execute(query.order_by(c.component_id)):
            claims.setdefault(row.incident_id, []).append(to_dataclass(row, s.Claim))
    return claims


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
        incidents.setdefault(row.incident_id, (row.title, []))[1].append(to_dataclass(row, s.Claim))
    return tuple(
        s.PastIncident(id_, title, tuple(claims)) for id_, (title, claims) in incidents.items()
    )


def _load_keys(conn: Connection, page_id: str) -> dict[str, s.Key]:
    rows = conn.execute(select(t.keys).where(t.keys.c.page_id == page_id).order_by(t.keys.c.id))
    return {row.id: to_dataclass(row, s.Key) for row in rows}
