"""Lists that grow: how many are told at once, and where the next ones begin.

Source: docs/behaviour.md, "Ids, times and lists".
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from falcon.asgi import Request

from domain.page.state import Incident
from domain.store.postgres import audit
from domain.store.postgres.incidents import Place
from domain.text import is_storable
from web.http.errors import ApiError, invalid

LIMIT, LIMIT_MAX = 20, 100
DIGITS_MAX = 9  # longer ones are no number to be read
CURSOR_LIMIT = 200
SEQS = re.compile(r"([0-9]{1,18}) ([0-9]{1,18})", re.ASCII)
SEQ_DIGITS = 18  # what Postgres can compare a seq with
BAD_CURSOR = "cursor must be a nextCursor that was told before."


def limit_of(req: Request) -> int:
    """Return how many are asked for. Raises ApiError 400."""
    given = req.get_param("limit")
    if given is None:
        return LIMIT
    if not (given.isascii() and given.isdigit() and len(given) <= DIGITS_MAX):
        raise bad_limit()
    if not 1 <= int(given) <= LIMIT_MAX:
        raise bad_limit()
    return int(given)


def bad_limit() -> ApiError:
    """Return the refusal of a limit that is none."""
    return invalid(f"limit must be a whole number from 1 to {LIMIT_MAX}.", "limit")


def cursor_of(last: Incident) -> str:
    """Return the cursor behind an incident; it means nothing to whoever holds it."""
    return urlsafe_b64encode(f"{last.started_at.isoformat()} {last.id}".encode()).decode()


def place_of(req: Request) -> Place | None:
    """Return where the list goes on. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return None
    try:
        return read(cursor[:CURSOR_LIMIT])
    except ValueError:
        raise bad_cursor() from None


def read(cursor: str) -> Place:
    """Return the place that a cursor names. Raises ValueError."""
    at, _, incident_id = urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
    started_at = datetime.fromisoformat(at)
    if started_at.tzinfo is None or not is_storable(incident_id):
        raise bad_cursor()
    return Place(started_at, incident_id)


def audit_cursor_of(place: audit.Place) -> str:
    """Return the cursor of a place in an audit; it means nothing to whoever holds it."""
    return urlsafe_b64encode(f"{place.page_seq} {place.account_seq}".encode()).decode()


def audit_place_of(req: Request) -> audit.Place:
    """Return where an audit goes on. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return audit.Place()
    try:
        told = urlsafe_b64decode(cursor[:CURSOR_LIMIT].encode("ascii")).decode()
    except ValueError:
        raise bad_cursor() from None
    seqs = SEQS.fullmatch(told)
    if seqs is None:
        raise bad_cursor()
    return audit.Place(int(seqs[1]), int(seqs[2]))


def cursor_at(seq: int) -> str:
    """Return the cursor behind what stands at a seq of the log."""
    return urlsafe_b64encode(str(seq).encode()).decode()


def seq_of(req: Request) -> int | None:
    """Return the seq behind which the list goes on. Raises ApiError 400."""
    cursor = req.get_param("cursor")
    if cursor is None:
        return None
    try:
        told = urlsafe_b64decode(cursor[:CURSOR_LIMIT].encode("ascii")).decode("ascii")
    except ValueError:
        raise bad_cursor() from None
    if not (told.isdigit() and len(told) <= SEQ_DIGITS):
        raise bad_cursor()
    return int(told)


def bad_cursor() -> ApiError:
    """Return the refusal of a cursor that is none."""
    return invalid(BAD_CURSOR, "cursor")
