"""The calendar of a page: its maintenances in iCalendar (RFC 5545).

Source: docs/behaviour.md, "Feeds and calendar".
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.calendar import starts_at
from domain.page.limits import CALENDAR_DAYS
from domain.page.state import CancelledMaintenance, Incident
from domain.page.timeline import modified_at, window_of
from domain.runtime.markdown_rules import to_plain_text
from domain.store.postgres.engine import Connection
from domain.store.postgres.incidents import cancelled_since, maintenances_since
from workers.render.eager import RenderContext
from workers.render.room import DocumentBudget

LINE_BYTES: Final = 75
ENDED_MAX: Final = 500  # of those that ended, and of those that were deleted
# Of one that is over at once: a client may show no event without a length.
SHORTEST: Final = timedelta(minutes=1)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]|\r(?=\n)")
# Ends of lines, those that only some parsers take for one included.
_LINE_END: Final = re.compile("[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_SPECIAL: Final = re.compile(r"[\\;,]")


def render_calendar(conn: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the calendar: upcoming and running maintenances, those that ended lately."""
    page, today = context.page, context.view.today
    since = starts_at(today - timedelta(days=CALENDAR_DAYS), page.time_zone)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hep.gg//Hep Status//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape_text(page.name)} maintenance",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    budget = DocumentBudget()
    for window in maintenances_since(conn, page.id, since, ENDED_MAX):
        lines += maintenance_lines(window, context.view.url, budget)
    for cancelled in cancelled_since(conn, page.id, since, ENDED_MAX):
        lines += cancelled_lines(cancelled)
    return b"".join(fold_line(line) for line in (*lines, "END:VCALENDAR"))


def maintenance_lines(window: Incident, url: str | None, budget: DocumentBudget) -> Iterator[str]:
    """Yield the lines of a maintenance, with its newest message if that fits."""
    start, end = window_of(window)
    newest = window.updates[-1] if window.updates else None
    message = escape_text(to_plain_text(newest.body)) if newest else ""
    more = [f"DESCRIPTION:{message}"] if message and budget.fits(len(message.encode())) else []
    more += [f"URL:{url}incidents/{window.id}"] if url else []
    state = "CANCELLED" if window.is_called_off else "CONFIRMED"
    yield from event_lines(
        (window.id, window.title, window.sequence, state), start, end, modified_at(window), more
    )


def cancelled_lines(cancelled: CancelledMaintenance) -> Iterator[str]:
    """Yield the lines of a deleted maintenance, which has no address."""
    head = (cancelled.id, cancelled.title, cancelled.sequence, "CANCELLED")
    yield from event_lines(head, cancelled.starts_at, cancelled.ends_at, cancelled.deleted_at)


def event_lines(
    head: tuple[str, str, int, str],
    start: datetime,
    end: datetime,
    changed_at: datetime,
    more: Iterable[str] = (),
) -> Iterator[str]:
    """Yield the lines of an event; `head` is its id, title, sequence and status."""
    id_, title, sequence, status = head
    changed = format_utc(changed_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{id_}@hep.gg"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{sequence}"
    yield f"STATUS:{status}"
    yield f"SUMMARY:{escape_text(title)}"
    yield f"DTSTART:{format_utc(start)}"
    yield f"DTEND:{format_utc(max(end, start + SHORTEST))}"
    yield "TRANSP:TRANSPARENT"
    yield from more
    yield "END:VEVENT"


def format_utc(at: datetime) -> str:
    """Format an instant as `20261123T140200Z`."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape_text(text: str) -> str:
    """Return a text as a value: without controls, on one line."""
    return _LINE_END.sub(r"\\n", _SPECIAL.sub(r"\\\g<0>", _CONTROLS.sub("", text)))


def fold_line(line: str) -> bytes:
    """Return a line with its end, folded at 75 bytes, never within a character."""
    content, parts = line.encode(), list[bytes]()
    while len(content) > (limit := LINE_BYTES - bool(parts)):
        parts.append(content[:limit].decode(errors="ignore").encode())  # whole characters
        content = content[len(parts[-1]) :]
    return b"\r\n ".join((*parts, content)) + b"\r\n"
