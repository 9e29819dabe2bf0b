"""The largest page that is allowed: as many things as it can have, with as much text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.page import limits as bounds
from domain.page.state import (
    Claim,
    Component,
    ComponentKind,
    Entitlement,
    Incident,
    Page,
    Tier,
    Update,
)
from domain.page.uptime.shown import TOGGLE, Shown
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import utf8_size

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
LONG_AGO = NOW - 200 * DAY


def largest_page(say):
    """A page whose texts are made by `say(characters)`; each of its bounds is used up."""
    components = tree(say)
    leaves = [node.id for node in components.values() if node.is_leaf]
    incidents = [
        *(opened(say, number, leaves) for number in range(bounds.UNRESOLVED)),
        *(planned(say, number, leaves) for number in range(bounds.PLANNED)),
        *(past(say, number) for number in range(60)),
    ]
    return Page(
        "p_" + "0" * 26,
        "a_1",
        say(100),
        say(1_000),
        "America/Argentina/ComodRivadavia",
        is_public=True,
        host=f"{'x' * 63}.example.com",
        created_at=LONG_AGO,
        changed_at=NOW,
        components=components,
        incidents={one.id: one for one in filled(say, incidents)},
        entitlement=Entitlement(Tier.PRIME),
        shown_rows={leaf: shown(bounds.SHOWN_ROWS // len(leaves)) for leaf in leaves},
    )


def shown(days):
    """A toggle on each of so many days, no two alike beside each other."""
    statuses = (Status.PARTIAL, Status.DEGRADED, Status.MAINTENANCE)
    toggles = (
        Shown(statuses[n % 3], TOGGLE, NOW - (5 + n) * DAY, NOW - (4.9 + n) * DAY)
        for n in range(days)
    )
    return {toggle.from_at.date(): (toggle,) for toggle in toggles}


def tree(say):
    """Nodes whose names and descriptions use up what a tree has room for."""
    count = bounds.PRIME_LEAVES + bounds.CATEGORIES
    nodes, room = {}, bounds.TREE_TEXT_BYTES
    for number in range(count):
        is_leaf = number >= bounds.CATEGORIES
        id_ = f"c_{number:026d}"
        share = room // (count - number)
        name = within(say(100), share)
        description = within(say(100), share - utf8_size(name)) or None
        parent = f"c_{number % bounds.CATEGORIES if is_leaf else number % 20:026d}"
        nodes[id_] = Component(
            id_, name, LONG_AGO, ComponentKind.LEAF if is_leaf else ComponentKind.CATEGORY,
            parent if is_leaf or number >= 20 else None, number, description,
            status=Status.OUTAGE if is_leaf else None, status_at=NOW if is_leaf else None,
        )  # fmt: skip
        room -= utf8_size(name) + utf8_size(description or "")
    return nodes


def within(text, size):
    """The begin of a text that takes so many bytes at most."""
    return text.encode()[:size].decode(errors="ignore")


def incident(say, id_, **more):
    given = {"state": IncidentState.INVESTIGATING, "started_at": NOW - 3 * DAY, **more}
    return Incident(
        id_, say(200), Impact.CRITICAL, posted_at=NOW - 3 * DAY, updated_at=NOW, **given
    )


def opened(say, number, leaves):
    """An unresolved incident that claims some leaves for days."""
    claimed = [leaves[(number * 4 + more) % len(leaves)] for more in range(4)]
    claims = tuple(Claim(leaf, Status.OUTAGE, NOW - 4 * DAY) for leaf in claimed)
    return incident(say, f"i_a{number:025d}", claims=claims)


def planned(say, number, leaves):
    window = {"scheduled_start": NOW + DAY, "scheduled_end": NOW + 2 * DAY}
    return incident(
        say, f"i_b{number:025d}", kind=IncidentKind.MAINTENANCE, state=IncidentState.SCHEDULED,
        leaves=tuple(leaves[number : number + 96]), **window,
    )  # fmt: skip


def past(say, number):
    return incident(say, f"i_c{number:025d}", state=IncidentState.RESOLVED, resolved_at=NOW - DAY)


def filled(say, incidents):
    """Incidents with messages, in turn one of each, until there is no room for another."""
    room = bounds.INCIDENT_TEXT_BYTES - sum(one.text_bytes for one in incidents)
    messages, number = {one.id: [] for one in incidents}, 0
    while room > 40_000:
        body, id_ = say(10_000), incidents[number % len(incidents)].id
        messages[id_].append(Update(f"u_{number:026d}", IncidentState.MONITORING, body, NOW, NOW))
        room, number = room - utf8_size(body), number + 1
    return [replace(one, updates=tuple(messages[one.id])) for one in incidents]
