"""Reading whole aggregates from Postgres; `save` writes them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import msgspec
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Text,
    all_,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from domain.account.state import Account, Place, Slot
from domain.page import state as s
from domain.page.commands import LOADED_FOR
from domain.page.limits import AT_HAND_DAYS
from domain.page.uptime.percent import BAR_DAYS
from domain.page.uptime.shown import Rows
from domain.store.postgres import tables as t
from domain.store.postgres.custom_domains import load_mounts
from domain.store.postgres.rows import to_dataclass

TIMELINE_DAYS = 14
# More days than the page shows, so that "14 days ago" is covered in every time zone.
MARGIN_DAYS = AT_HAND_DAYS - TIMELINE_DAYS
PAGE_ID: BindParameter[str] = bindparam("page_id")
# Built once: SQLAlchemy takes as long to build a statement as Postgres to answer it.
# Without the columns of its publication: before the first one they hold an instant (`-infinity`)
# that a datetime can't represent.
_PAGE = select(*(c for c in t.pages.c if not c.name.startswith(("published_", "repair_")))).where(
    t.pages.c.id == PAGE_ID
)
_COMPONENTS = select(t.components).where(t.components.c.page_id == PAGE_ID)
# As text: msgspec decodes it into rows a few times faster than from objects of the driver.
_d = t.shown_days.c
_SHOWN = select(_d.component_id, _d.day, cast(_d.rows, Text)).where(_d.page_id == PAGE_ID)
_TABLES = {part: getattr(t, part) for part in LOADED_FOR}
_ITEMS = {
    part: select(table).where(table.c.page_id == PAGE_ID).order_by(table.c.id)
    for part, table in _TABLES.items()
}
_KINDS = {part: get_args(get_type_hints(s.Page)[part])[1] for part in LOADED_FOR}
_i, _c = t.incidents.c, t.claims.c
_IDS = bindparam("ids", type_=ARRAY(Text))
_CURRENT = (
    select(t.incidents)
    .where(
        _i.page_id == PAGE_ID,
        or_(
            _i.resolved_at.is_(None),
            _i.resolved_at >= func.now() - timedelta(days=AT_HAND_DAYS),
            _i.id == any_(_IDS),
        ),
    )
    .order_by(_i.id)
)
_PAST = (
    select(t.claims, _i.title)
    .join(t.incidents, _i.id == _c.incident_id)
    .where(
        _c.page_id == PAGE_ID,
        _c.until_at >= func.now() - timedelta(days=BAR_DAYS + MARGIN_DAYS),
        _c.incident_id != all_(_IDS),
    )
    .order_by(_c.incident_id, _c.from_at, _c.component_id)
)


def load_page(
    conn: Connection,
    page_id: str,
    ids: Collection[str] = (),
    parts: Collection[str] = tuple(LOADED_FOR),
) -> tuple[s.Page, int]:
    """Return a page and the seq up to which commands are applied to it.

    `ids` are those of incidents that pending commands name, however old; `parts` are those of
    `LOADED_FOR` to load. A page that does not exist yet is returned blank with seq 0.
    """
    row = conn.execute(_PAGE, {"page_id": page_id}).one_or_none()
    if row is None:
        return s.Page(page_id), 0
    incidents = _incidents_of(conn, conn.execute(_CURRENT, {"page_id": page_id, "ids": list(ids)}))
    components = load_components(conn, page_id)
    page = to_dataclass(
        row,
        s.Page,
        entitlement=to_dataclass(row, s.Entitlement),
        components=components,
        shown_rows=load_shown(conn, page_id, components),
        incidents=incidents,
        past=_load_past(conn, page_id, incidents),
        suspension=_suspension(row),
        **{part: load_items(conn, page_id, part) for part in parts},
    )
    return page, row.applied_seq


def read_applied_seq(conn: Connection, page_id: str) -> int | None:
    """Return a page's applied seq; None if the page is unknown."""
    row = select(t.pages.c.applied_seq).where(t.pages.c.id == page_id)
    return conn.execute(row).scalar()


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
    rows = conn.execute(_COMPONENTS, {"page_id": page_id})
    return {row.id: to_dataclass(row, s.Component) for row in rows}


def load_shown(
    conn: Connection, page_id: str, components: Collection[str]
) -> dict[str, dict[date, Rows]]:
    """Return the shown rows of components, by id and day."""
    by_leaf: dict[str, dict[date, Rows]] = {}
    for row in conn.execute(_SHOWN, {"page_id": page_id}):
        if row.component_id in components:
            days = by_leaf.setdefault(row.component_id, {})
            days[row.day] = msgspec.json.decode(row.rows, type=Rows)
    return by_leaf


def load_items(conn: Connection, page_id: str, part: str) -> dict[str, Any]:
    """Return the items of a part of a page by id, oldest first.

    `part` is one of `LOADED_FOR`.
    """
    rows = conn.execute(_ITEMS[part], {"page_id": page_id})
    return {row.id: to_dataclass(row, _KINDS[part]) for row in rows}


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


def load_incidents(
    conn: Connection, page_id: str, condition: ColumnElement[bool]
) -> dict[str, s.Incident]:
    """Return the incidents of a page that meet a condition, whole."""
    c = t.incidents.c
    query = select(t.incidents).where(c.page_id == page_id, condition).order_by(c.id)
    return _incidents_of(conn, conn.execute(query))


def _incidents_of(conn: Connection, rows: Iterable[Row[Any]]) -> dict[str, s.Incident]:
    rows = list(rows)
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
    incidents: dict[str, tuple[str, list[s.Claim]]] = {}
    for row in conn.execute(_PAST, {"page_id": page_id, "ids": list(loaded_ids)}):
        incidents.setdefault(row.incident_id, (row.title, []))[1].append(to_dataclass(row, s.Claim))
    return tuple(
        s.PastIncident(id_, title, tuple(claims)) for id_, (title, claims) in incidents.items()
    )
