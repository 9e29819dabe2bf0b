"""Mounts in Postgres: loading and saving for drains, and reading for owners."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from domain.account.domains import Mount, MountKind
from domain.account.state import Account
from domain.store.postgres import tables as t
from domain.store.postgres.rows import to_dataclass, to_records
from domain.store.postgres.save import save_rows

# A lookup is not repeated within this time, however often an owner requests one; without an answer
# of a name server the time doubles, up to a minute.
AGAIN_S = 2
AGAIN_MAX_S = 60
_WITH_SCHEDULE = """
SELECT m.*, c.next_at, c.checked_at FROM mounts m LEFT JOIN mount_checks c ON c.mount_id = m.id
"""
_OF_PAGE = text(
    _WITH_SCHEDULE
    + "WHERE m.page_id = :page_id AND m.account_id = :account_id ORDER BY m.created_at, m.id"
)
_ONE = text(_WITH_SCHEDULE + "WHERE m.id = :mount_id")
_SCHEDULE = text("""
INSERT INTO mount_checks AS c (mount_id, next_at) VALUES (:mount_id, clock_timestamp())
ON CONFLICT (mount_id) DO UPDATE
  SET next_at = greatest(clock_timestamp(), c.checked_at + make_interval(
    secs => least(:again_max_s, :again_s * power(2, least(c.unanswered, 10)))))
""")
_FORGET = text("DELETE FROM mount_checks WHERE mount_id = :mount_id")


@dataclass(frozen=True, slots=True)
class OwnedMount:
    """A mount with the schedule of its lookups."""

    mount: Mount
    account_id: str
    checked_at: datetime | None
    next_at: datetime | None


def load_mounts(conn: Connection, account_id: str) -> dict[str, Mount]:
    """Return the mounts of an account's pages by id."""
    rows = conn.execute(select(t.mounts).where(t.mounts.c.account_id == account_id))
    return {row.id: to_dataclass(row, Mount) for row in rows}


def save_mounts(conn: Connection, before: Account, after: Account) -> None:
    """Write the differences; a requested mount is due for a lookup at once."""
    old, new = before.mounts, after.mounts
    if old is new:
        return
    save_rows(
        conn, t.mounts, to_records(old, account_id=before.id), to_records(new, account_id=after.id)
    )
    for mount_id in old.keys() - new.keys():
        conn.execute(_FORGET, {"mount_id": mount_id})
    for mount_id, mount in new.items():
        previous = old.get(mount_id)
        is_requested = previous is None or previous.asked_at != mount.asked_at
        if mount.kind is MountKind.DOMAIN and is_requested:
            wait = {"again_s": AGAIN_S, "again_max_s": AGAIN_MAX_S}
            conn.execute(_SCHEDULE, {"mount_id": mount_id, **wait})


def mounts_of_page(conn: Connection, account_id: str, page_id: str) -> list[OwnedMount]:
    """Return the mounts of an account's page, oldest first; none of other accounts."""
    rows = conn.execute(_OF_PAGE, {"account_id": account_id, "page_id": page_id})
    return [_owned(row) for row in rows]


def find_mount(conn: Connection, mount_id: str) -> OwnedMount | None:
    """Return a mount, without a check of permissions."""
    row = conn.execute(_ONE, {"mount_id": mount_id}).one_or_none()
    return _owned(row) if row else None


def _owned(row: Row[Any]) -> OwnedMount:
    return to_dataclass(row, OwnedMount, mount=to_dataclass(row, Mount))
