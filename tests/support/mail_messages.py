"""Messages to subscribers, for tests of channels."""

from datetime import UTC, datetime, timedelta

from domain.notifications.events import EventKind
from domain.notifications.messages import Affected, IncidentNews, Message, MessagePage, NewsEntry
from domain.status import Impact, IncidentKind, IncidentState, Status

NOW = datetime(2026, 12, 1, 13, 2, tzinfo=UTC)
PAGE = MessagePage(
    id="p_1",
    name="Acme",
    url="https://status.acme.com/",
    time_zone="Europe/Berlin",
    impact=Impact.MAJOR,
    headline="Partial System Outage",
)


def entry(body="We are looking into it.", kind=EventKind.OPENED, state=None, minutes=0):
    state = state or IncidentState.INVESTIGATING
    return NewsEntry(kind, state, body, NOW + timedelta(minutes=minutes))


def news(*entries, **facts):
    """An incident in the state of its newest entry."""
    entries = entries or (entry(),)
    values = {
        "id": "i_1",
        "kind": IncidentKind.INCIDENT,
        "title": "API errors",
        "state": entries[-1].state,
        "impact": Impact.MAJOR,
        "started_at": NOW,
        "posted_at": NOW,
        "updated_at": entries[-1].at,
        "entries": entries,
        "affected": (Affected("c_1", "Europe / API", Status.PARTIAL),),
        **facts,
    }
    values.setdefault("url", f"https://status.acme.com/incidents/{values['id']}")
    return IncidentNews(**values)


def message(*incidents, page=PAGE, number=1):
    url = "https://hep.gg/s/Zm9vYmFyYmF6cXV4Zm9vYg"
    return Message(f"d_{number}", page, incidents or (news(),), url, NOW)
