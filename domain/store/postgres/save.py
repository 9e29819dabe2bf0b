"""Writing aggregates to Postgres: the difference between two states.

States are never changed in place, so differences are found by identity. Every new thing is a plain
INSERT: an id in use is an error and never overwrites a row. Reasons for saving by difference and
not by event: docs/decisions/0002-save-by-difference.md.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from msgspec import to_builtins
from sqlalchemy import Connection, Table, bindparam, delete, insert, update

from domain.account.state import Account
from domain.page.commands import LOADED_FOR
from domain.page.state import Claim, Incident, Page
from domain.page.uptime.shown import RowsByDay
from domain.store.postgres import tables as t
from domain.store.postgres.accounts import erase_account
from domain.store.postgres.logos import logo_record, save_logo
from domain.store.postgres.rows import Record, to_record, to_records

Id = TypeVar("Id", bound=Hashable)
Thing = TypeVar("Thing")
# What a page's row does not hold under the name of the field.
ELSEWHERE = (
    *("id", "components", "incidents", "past", "shown_rows"),
    *(*LOADED_FOR, "entitlement", "suspension"),
)


def save_page(conn: Connection, before: Page, after: Page, applied_seq: int) -> None:
    """Write a page's differences and the seq up to which commands are applied.

    Raises IntegrityError or DataError when the data of a command is to blame.
    """
    _save_page_row(conn, before, after, applied_seq)
    save_logo(conn, before, after)
    if (before.suspension is None) is not (after.suspension is None):
        # In the stream's row, where the append itself reads it: from here on keys are refused.
        row = update(t.streams).where(t.streams.c.id == after.id)
        conn.execute(row.values(suspended=after.suspension is not None))
    page_id = after.id
    for part in ("components", *LOADED_FOR):
        old, new = changed_entries(getattr(before, part), getattr(after, part))
        rows = to_records(old, page_id=page_id), to_records(new, page_id=page_id)
        save_rows(conn, getattr(t, part), *rows)
    _save_incidents(conn, before, after)
    _save_shown(conn, before, after)
    if after.deleted_at is not None:
        # Rows that were not loaded are deleted with the page too.
        parts = (getattr(t, part) for part in LOADED_FOR)
        of_subscribers = (
            *(t.subscribers, t.left_addresses, t.notification_events),
            *(t.mail_counts, t.held_pages),
        )
        for table in (t.updates, t.claims, t.incidents, t.shown_days, *parts, *of_subscribers):
            conn.execute(delete(table).where(table.c.page_id == page_id))


def changed_entries(
    before: Mapping[Id, Thing], after: Mapping[Id, Thing]
) -> tuple[Mapping[Id, Thing], Mapping[Id, Thing]]:
    """Return the entries of two mappings that are not identical objects in both."""
    return (
        {id_: thing for id_, thing in before.items() if after.get(id_) is not thing},
        {id_: thing for id_, thing in after.items() if before.get(id_) is not thing},
    )


def save_account(conn: Connection, before: Account, after: Account, applied_seq: int) -> None:
    """Write an account's differences and the seq up to which commands are applied."""
    values = {"tier": after.tier, "tier_until": after.tier_until, "balance": after.balance}
    row = update(t.accounts).where(t.accounts.c.id == after.id)
    conn.execute(row.values({**values, "applied_seq": applied_seq}))
    save_rows(conn, t.places, _places(before), _places(after), key=("page_id",))
    if after.deleted_at is not None and before.deleted_at is None:
        erase_account(conn, after.id, after.deleted_at)
    old, new = (to_records(side.slots, account_id=after.id) for side in (before, after))
    save_rows(conn, t.slots, old, new)
    bookings = after.bookings[len(before.bookings) :]
    if bookings:
        conn.execute(insert(t.ledger), [to_record(b, account_id=after.id) for b in bookings])


def save_rows(
    conn: Connection,
    table: Table,
    before: Mapping[Id, Record],
    after: Mapping[Id, Record],
    key: tuple[str, ...] = ("id",),
) -> None:
    """Insert, update and delete rows so that `before` becomes `after`; at most three statements."""
    new_rows = [record for id_, record in after.items() if id_ not in before]
    changed_rows = [r for id_, r in after.items() if id_ in before and before[id_] != r]
    removed_rows = [record for id_, record in before.items() if id_ not in after]
    if removed_rows:
        conn.execute(delete(table).where(*_matches(table, key)), _keyed(removed_rows, key))
    if new_rows:
        conn.execute(insert(table), new_rows)
    if changed_rows:
        values: Record = {n: bindparam(n) for n in changed_rows[0] if n not in key}
        conn.execute(
            update(table).where(*_matches(table, key)).values(values), _keyed(changed_rows, key)
        )


def _matches(table: Table, key: tuple[str, ...]) -> list[Any]:
    return [table.c[name] == bindparam(f"key_{name}") for name in key]


def _keyed(records: Iterable[Record], key: tuple[str, ...]) -> list[Record]:
    """Rename key columns: a column can't be both a value and a condition."""
    return [{f"key_{n}" if n in key else n: v for n, v in r.items()} for r in records]


def _save_page_row(conn: Connection, before: Page, after: Page, applied_seq: int) -> None:
    record = to_record(
        after,
        ELSEWHERE,
        **to_record(after.entitlement),
        **_suspension_record(after),
        look=to_builtins(after.look),
        logo=logo_record(after.logo),
        applied_seq=applied_seq,
    )
    if after.created_at is None:
        return
    if before.created_at is None:
        conn.execute(insert(t.pages), {"id": after.id, **record})
    else:
        conn.execute(update(t.pages).where(t.pages.c.id == after.id).values(record))


def _suspension_record(page: Page) -> Record:
    at, reason = (page.suspension.at, page.suspension.reason) if page.suspension else (None, None)
    return {"suspended_at": at, "suspended_reason": reason}


def _places(account: Account) -> dict[str, Record]:
    return {
        id_: to_record(
            place, ("entitlement",), account_id=account.id, **to_record(place.entitlement)
        )
        for id_, place in account.places.items()
    }


def _save_incidents(conn: Connection, before: Page, after: Page) -> None:
    """Write incidents that are other objects now, with their updates and claims."""
    differences = changed_entries(before.incidents, after.incidents)
    old, new = (list(side.values()) for side in differences)
    page_id = after.id
    save_rows(conn, t.incidents, _incident_rows(old, page_id), _incident_rows(new, page_id))
    save_rows(conn, t.updates, _update_rows(old, page_id), _update_rows(new, page_id))
    key = ("incident_id", "component_id", "from_at")
    save_rows(conn, t.claims, _claim_rows(old, page_id), _claim_rows(new, page_id), key)


def _save_shown(conn: Connection, before: Page, after: Page) -> None:
    """Write the days on which the shown rows are other objects now."""
    old: dict[tuple[str, date], Record] = {}
    new: dict[tuple[str, date], Record] = {}
    sides = changed_entries(before.shown_rows, after.shown_rows)
    for leaf in {*sides[0], *sides[1]}:
        leaf_days = changed_entries(*(side.get(leaf, {}) for side in sides))
        old |= _shown_records(leaf_days[0], after.id, leaf)
        new |= _shown_records(leaf_days[1], after.id, leaf)
    save_rows(conn, t.shown_days, old, new, key=("component_id", "day"))


def _shown_records(days: RowsByDay, page_id: str, component_id: str) -> dict[Any, Record]:
    return {
        (component_id, day): {
            "page_id": page_id, "component_id": component_id, "day": day, "rows": to_builtins(rows)
        }
        for day, rows in days.items()
    }  # fmt: skip


def _incident_rows(incidents: Iterable[Incident], page_id: str) -> dict[str, Record]:
    without = ("updates", "claims", "bare_entries", "_text_bytes")
    return {
        i.id: to_record(i, without, page_id=page_id, bare_entries=to_builtins(i.bare_entries))
        for i in incidents
    }


def _update_rows(incidents: Iterable[Incident], page_id: str) -> dict[str, Record]:
    return {
        u.id: to_record(u, page_id=page_id, incident_id=i.id, position=position)
        for i in incidents
        for position, u in enumerate(i.updates)
    }


def _claim_rows(incidents: Iterable[Incident], page_id: str) -> dict[tuple[str, ...], Record]:
    return {
        _claim_key(i, c): to_record(c, page_id=page_id, incident_id=i.id)
        for i in incidents
        for c in i.claims
    }


def _claim_key(incident: Incident, claim: Claim) -> tuple[str, ...]:
    return (incident.id, claim.component_id, claim.from_at.isoformat())
