"""A small page in memory, for tests of its view."""

from datetime import UTC, date, datetime, timedelta

from domain.page.state import Claim, Component, ComponentKind, Incident, Page, Update
from domain.status import Impact, IncidentKind, IncidentState, Status

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)
TODAY = date(2026, 11, 30)
DAY = timedelta(days=1)
LONG_AGO = NOW - 200 * DAY


def leaf(name, status="operational", parent=None, **more):
    """A leaf whose id follows from its name."""
    more = {"created_at": LONG_AGO, "status": Status(status), "parent_id": parent, **more}
    return Component(f"c_{name}", name, **more)


def category(name, parent=None, pin=None, **more):
    """A category whose id follows from its name."""
    kind = {"kind": ComponentKind.CATEGORY, "parent_id": parent, "status": pin and Status(pin)}
    return Component(f"c_{name}", name, LONG_AGO, **kind, **more)


def incident(name, impact="none", began=1, ended=None, **more):
    """An incident that began (and ended) so many days ago."""
    start, end = NOW - began * DAY, None if ended is None else NOW - ended * DAY
    state = IncidentState.INVESTIGATING if ended is None else IncidentState.RESOLVED
    said = more.get("updates") or (Update(f"u_{name}", state, f"message of {name}", start, start),)
    more = {"state": said[-1].state if ended is None else state, **more}
    more |= {"updates": said, "resolved_at": end}
    times = {"started_at": start, "posted_at": start, "updated_at": end or start}
    return Incident(f"i_{name}", name, Impact(impact), **times, **more)


def maintenance(name, **more):
    """A maintenance that runs."""
    return incident(name, kind=IncidentKind.MAINTENANCE, **more)


def claim(name, status, began, ended=None):
    """A claim on a leaf, in days ago."""
    until = None if ended is None else NOW - ended * DAY
    return Claim(f"c_{name}", Status(status), NOW - began * DAY, until)


def page_of(*parts, **more):
    """A page of components and incidents, in the order in which they are given."""
    nodes = {part.id: part for part in parts if isinstance(part, Component)}
    incidents = {part.id: part for part in parts if isinstance(part, Incident)}
    more = {"name": "Acme", "created_at": LONG_AGO, "changed_at": NOW, **more}
    return Page("p_1", components=nodes, incidents=incidents, **more)
