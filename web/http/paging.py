"""Paging of growing lists: page size and cursors.

Source: docs/behaviour.md, "Ids, times and lists".
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from falcon.asgi import Request

from domain.page.state import Incident
from domain.store.postgres import audit
from domain.store.postgres.incidents import ListPosition
from domain.text import is_storable
from web.http.errors import ApiError, invalid
from web.http.field_sentences import list_values

AuditActor: TypeAlias = Literal["owner", "key", "clock", "operator"]
AUDIT_ACTORS = get_args(AuditActor)
LIMIT, LIMIT_MAX = 20, 100
DIGITS_MAX = 9  # longer numbers are not parsed
CURSOR_LIMIT = 200
SEQS = re.compile(r"([0-9]{1,18}) ([0-9]{1,18})", re.ASCII)
SEQ_DIGITS = 18  # fits a bigint of Postgres
BAD_CURSOR = "cursor must be a nextCursor that was told before."


def limit_of(req: Request) -> int:
    """Return the requested page size. Raises ApiError 400."""
    value = req.get_param("limit")
    if value is None:
        return LIMIT
    if not (value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX):
        raise bad_limit()
    if not 1 <= int(value) <= LIMIT_MAX:
        raise bad_limit()
    return int(value)


def bad_limit() -> ApiError:
    """Return the error of an invalid limit."""
    return invalid(f"The limit must be a whole number from 1 to {LIMIT_MAX}.", "limit")


def cursor_of(last: Incident) -> str:
    """Return the opaque cursor behind an incident."""
    return cursor_after(last.started_at, last.id)


def cursor_after(at: datetime, id_: str) -> str:
    """Return the opaque cursor behind an entry of a list in the order of times."""
    return urlsafe_b64encode(f"{at.isoformat()} {id_}".encode()).decode()


def place_of(req: Request) -> tuple[datetime, str] | None:
    """Return the time and the id in the request's cursor. Raises ApiError 400."""
    position = position_of(req)
    return (position.started_at, position.incident_id) if position else None


def position_of(req: Request) -> ListPosition | None:
    """Return the list position of the request's cursor. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return None
    try:
        return parse_cursor(cursor[:CURSOR_LIMIT])
    except ValueError:
        raise bad_cursor() from None


def parse_cursor(cursor: str) -> ListPosition:
    """Return the position that a cursor encodes. Raises ValueError."""
    started, _, incident_id = urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
    started_at = datetime.fromisoformat(started)
    if started_at.tzinfo is None or not is_storable(incident_id):
        raise bad_cursor()
    return ListPosition(started_at, incident_id)


def audit_cursor_of(position: audit.ListPosition) -> str:
    """Return the opaque cursor of a position in an audit log."""
    return urlsafe_b64encode(f"{position.page_seq} {position.account_seq}".encode()).decode()


def audit_actor_of(req: Request) -> str | None:
    """Return the kind of actor that an audit log is limited to. Raises ApiError 400."""
    actor = req.get_param("actor")
    if actor is not None and actor not in AUDIT_ACTORS:
        raise invalid(f"Choose an actor: {list_values(AUDIT_ACTORS)}.", "actor")
    return actor


def audit_position_of(req: Request) -> audit.ListPosition:
    """Return the audit position of the request's cursor. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return audit.ListPosition()
    try:
        text = urlsafe_b64decode(cursor[:CURSOR_LIMIT].encode("ascii")).decode()
    except ValueError:
        raise bad_cursor() from None
    seqs = SEQS.fullmatch(text)
    if seqs is None:
        raise bad_cursor()
    return audit.ListPosition(int(seqs[1]), int(seqs[2]))


def cursor_at(seq: int) -> str:
    """Return the cursor behind a seq of the log."""
    return urlsafe_b64encode(str(seq).encode()).decode()


def seq_of(req: Request) -> int | None:
    """Return the seq of the request's cursor. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor[:CURSOR_LIMIT].encode("ascii")).decode("ascii")
    except ValueError:
        raise bad_cursor() from None
    if not (text.isdigit() and len(text) <= SEQ_DIGITS):
        raise bad_cursor()
    return int(text)


def bad_cursor() -> ApiError:
    """Return the error of an invalid cursor."""
    return invalid(BAD_CURSOR, "cursor")
