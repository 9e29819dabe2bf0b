"""The Atom feed of a Statuspage: incidents that are too old for its JSON.

Source: the feed's entries have a paragraph an update, newest first: a date without a year, the
state in bold, and the message.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from typing import Final
from xml.etree import ElementTree as ET

import msgspec

from ops.cli.statuspage.content import Content, IncidentRow, IncidentUpdate, StatuspageError

ATOM: Final = "{http://www.w3.org/2005/Atom}"
DOCTYPE: Final = b"<!DOCTYPE"
UNCHANGED: Final = "update"  # the label of an entry that keeps the state
_PARAGRAPH: Final = re.compile(
    r"<p>\s*<small>(?P<moment>.*?)</small>\s*<br\s*/?>\s*<strong>(?P<state>.*?)</strong>(?P<body>.*?)"
    r"(?=<p>\s*<small>|\Z)",
    re.DOTALL,
)
_WINDOW: Final = re.compile(r"THIS IS A SCHEDULED EVENT", re.IGNORECASE)
_MOMENT: Final = re.compile(r"(\w{3})\w* +(\d+), +(\d+:\d+)")
_TAG: Final = re.compile(r"<[^>]+>")
_BREAK: Final = re.compile(r"<br\s*/?>|</p>|</li>|</div>", re.IGNORECASE)
_LINK: Final = re.compile(r'<a\s[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
_EMPHASIS: Final = (
    (re.compile(r"</?(?:strong|b)>", re.IGNORECASE), "**"),
    (re.compile(r"</?(?:em|i)>", re.IGNORECASE), "*"),
)
_BULLET: Final = re.compile(r"<li[^>]*>", re.IGNORECASE)
_LINES: Final = re.compile(r"\n{3,}")


def read_feed(source: str, body: bytes) -> Content:
    """Return the incidents of a feed; maintenances have no window there and are left out.

    Raises StatuspageError.
    """
    no_feed = StatuspageError(f"{source} is no Atom feed.")
    if DOCTYPE in body:  # its entities could grow without bound
        raise no_feed
    try:
        feed = ET.fromstring(body)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError:
        raise no_feed from None
    return Content(incidents=tuple(filter(None, map(read_entry, feed.iter(f"{ATOM}entry")))))


def read_entry(entry: ET.Element) -> IncidentRow | None:
    """Return the incident of an entry; None for a maintenance or an entry without address."""
    link = entry.find(f"{ATOM}link[@rel='alternate']")
    code = (link.get("href", "") if link is not None else "").rstrip("/").rpartition("/")[2]
    content = entry.findtext(f"{ATOM}content") or ""
    published = parse_instant(entry.findtext(f"{ATOM}published"))
    updated = parse_instant(entry.findtext(f"{ATOM}updated")) or published
    if not code or published is None or updated is None or _WINDOW.search(content):
        return None
    updates = keep_states(read_updates(content, published, updated))
    is_resolved = bool(updates) and updates[0].status in {"resolved", "postmortem"}
    return IncidentRow(
        id=code,
        name=entry.findtext(f"{ATOM}title") or "",
        status=updates[0].status if updates else "resolved",
        created_at=published,
        resolved_at=updates[0].display_at if is_resolved else None,
        incident_updates=updates,
        components=(),
    )


def read_updates(content: str, published: datetime, updated: datetime) -> Iterator[IncidentUpdate]:
    """Yield the updates of an entry, newest first."""
    latest = updated
    for match in _PARAGRAPH.finditer(content):
        at = read_moment(to_text(match["moment"]), latest) or latest
        latest = max(at, published)
        state = to_text(match["state"]).lower().replace(" ", "_")
        body = to_markdown(match["body"].strip().removeprefix("-"))
        yield IncidentUpdate(status=state, body=body, created_at=latest, display_at=latest)


def keep_states(updates: Iterable[IncidentUpdate]) -> tuple[IncidentUpdate, ...]:
    """Give an entry labelled `Update`, which changes no state, the state before it."""
    rows: list[IncidentUpdate] = []
    for update in reversed(tuple(updates)):
        state = rows[-1].status if rows and update.status == UNCHANGED else update.status
        rows.append(msgspec.structs.replace(update, status=state))
    return tuple(reversed(rows))


def read_moment(text: str, latest: datetime) -> datetime | None:
    """Return an instant such as `Jun 18, 18:09 UTC`: the last one that is not after `latest`.

    Another zone than UTC is that of the feed's own instants, such as `latest`.
    """
    match = _MOMENT.match(text)
    offset = "+0000" if "UTC" in text else f"{latest:%z}"
    if match is None:
        return None
    for year in (latest.year, latest.year - 1):
        try:
            at = datetime.strptime(
                f"{year} {' '.join(match.groups())} {offset}", "%Y %b %d %H:%M %z"
            )
        except ValueError:
            return None
        if at <= latest:
            return at
    return None


def parse_instant(text: str | None) -> datetime | None:
    """Return an instant of the feed; None if it is none, or has no zone."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def to_text(html: str) -> str:
    """Return HTML as text on one line."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def to_markdown(html: str) -> str:
    """Return the HTML of a message as Markdown: links, emphasis, lists, paragraphs."""
    text = _LINK.sub(lambda m: f"[{to_text(m[2])}]({unescape(m[1])})", html)
    for pattern, mark in _EMPHASIS:
        text = pattern.sub(mark, text)
    text = _BULLET.sub("- ", _BREAK.sub("\n", text.replace("</p>", "\n\n")))
    lines = (line.strip() for line in unescape(_TAG.sub("", text)).splitlines())
    return _LINES.sub("\n\n", "\n".join(lines)).strip()
