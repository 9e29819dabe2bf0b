"""The words of messages, the same in all channels that people read."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from domain.calendar import format_instant
from domain.notifications.messages import IncidentNews, Message
from domain.runtime.markdown_rules import has_few_marks, to_plain_text
from domain.runtime.template_loader import wording
from domain.status import IncidentKind
from domain.text import BODY_LIMIT

NAMES_MAX: Final = 10
WITHDRAWAL: Final = "It is no longer on the page."


def fit(
    text: str, limit: int, size_of: Callable[[str], int] = len, escape: Callable[[str], str] = str
) -> str:
    """Return the beginning of a text, escaped, within `limit` as `size_of` counts."""

    def cut(length: int) -> str:
        return escape(text[:length].rstrip() + "…")

    whole = escape(text)
    if size_of(whole) <= limit:
        return whole
    lengths = range(len(text))
    length = bisect_right(lengths, limit, key=lambda length: size_of(cut(length))) - 1
    return cut(length) if length > 0 else ""


def utf16_size(text: str) -> int:
    """Return a text's length as JavaScript counts it: an emoji has two or more."""
    return len(text.encode("utf-16-le")) // 2


def json_bytes(text: str) -> int:
    """Return the bytes of a text in JSON, without quotes."""
    return len(msgspec.json.encode(text)) - 2


def state_word(news: IncidentNews) -> str:
    """Return the word for an incident's state, or for the change of its plan."""
    if news.is_withdrawn:
        return wording()["events"]["withdrawn"]
    last = news.entries[-1].kind if news.entries else ""
    return wording()["events"].get(last) or wording()["states"][news.state]


def subject_of(message: Message) -> str:
    """Return a message in one line: its only incident, or how many there are."""
    if len(message.incidents) == 1:
        news = message.incidents[0]
        return f"{state_word(news)}: {news.title}"
    kinds = {news.kind for news in message.incidents}
    noun = {frozenset([IncidentKind.INCIDENT]): "incidents"}.get(frozenset(kinds), "updates")
    return f"{len(message.incidents)} {noun}"


def message_text(news: IncidentNews) -> str:
    """Return the new messages of an incident as plain text, newest first."""
    if news.is_withdrawn:
        return WITHDRAWAL
    bodies = (whole_text(entry.body) for entry in reversed(news.entries))
    return "\n\n".join(body for body in bodies if body)


def whole_text(body: str) -> str:
    """Return a message without its markup; as it is if it has too many marks."""
    return to_plain_text(body, BODY_LIMIT) if has_few_marks(body) else body.strip()


def facts_of(news: IncidentNews, zone: str) -> Iterator[tuple[str, str]]:
    """Yield the facts of an incident, each with its label."""
    if news.affected:
        names = [component.name for component in news.affected]
        more = len(names) - NAMES_MAX
        yield "Affected", ", ".join(names[:NAMES_MAX]) + (f" and {more} more" if more > 0 else "")
    if news.scheduled_start and news.scheduled_end and news.kind is IncidentKind.MAINTENANCE:
        yield "Planned start", format_instant(news.scheduled_start, zone)
        yield "Planned end", format_instant(news.scheduled_end, zone)
    elif not news.is_withdrawn:
        yield "Began", format_instant(news.started_at, zone)
    if news.resolved_at:
        yield "Ended", format_instant(news.resolved_at, zone)
