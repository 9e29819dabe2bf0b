"""The words of messages, the same in all channels that people read."""

from collections.abc import Iterator
from typing import Final

from domain.calendar import format_instant
from domain.notifications.events import EventKind
from domain.notifications.messages import IncidentNews, Message
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.template_loader import wording
from domain.status import IncidentKind

NAMES_MAX: Final = 10
WITHDRAWAL: Final = "It is no longer on the page."
PLAN_WORDS: Final = {
    EventKind.CALLED_OFF: "Called off",
    EventKind.CHANGED: "Rescheduled",
    EventKind.REMINDER: "Reminder",
}


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def state_word(news: IncidentNews) -> str:
    """Return the word for an incident's state, or for the change of its plan."""
    if news.is_withdrawn:
        return "Withdrawn"
    last = news.entries[-1].kind if news.entries else None
    if last in PLAN_WORDS:
        return PLAN_WORDS[last]
    return wording()["states"][news.state]


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
    bodies = (to_plain_text(entry.body) for entry in reversed(news.entries))
    return "\n\n".join(body for body in bodies if body)


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
