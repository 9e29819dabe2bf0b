"""The view: all that a visitor's page and status.json say, as plain values. `version` hashes it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from domain.days import starts_at
from domain.page import tree
from domain.page.state import Claim, Component, Incident, Page, Update
from domain.status import IncidentKind, IncidentState, Status
from domain.store.load import TIMELINE_DAYS
from domain.store.settings import load_settings
from domain.uptime import percent
from workers.render.words import wording

VERSION_DIGITS = 16
NEVER = datetime.min.replace(tzinfo=UTC)
TIMELINE_MAX = 50  # more than that is no timeline any more; the archive has them all


@dataclass(frozen=True, slots=True)
class NodeView:
    """A leaf or a category, with what it shows and what is in it."""

    id: str
    name: str
    description: str | None
    is_leaf: bool
    status: Status
    label: str
    group: str | None
    uptime: float | None
    children: tuple["NodeView", ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateView:
    """What visitors read of an update; the rest must not reach the version."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its words, newest first, and the leaves that it spoke of in tree order."""

    id: str
    name: str
    kind: IncidentKind
    impact: str
    state: IncidentState
    state_label: str
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    updates: tuple[UpdateView, ...]
    affected: tuple[str, ...]
    component_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """A page on a day, for people and for programs."""

    name: str
    url: str | None
    description: str | None
    time_zone: str
    updated_at: datetime
    indicator: Status
    headline: str
    nodes: tuple[NodeView, ...]
    active: tuple[IncidentView, ...]
    maintenances: tuple[IncidentView, ...]
    past: tuple[IncidentView, ...]
    uptime_rule: str

    @property
    def leaves(self) -> list[NodeView]:
        """All leaves in tree order."""
        return list(_leaves(self.nodes))


def page_view(page: Page, today: date) -> PageView:
    """Return what `page` says on `today` (a day in its own zone)."""
    indicator = tree.overall(page.components)
    newest_first = sorted(page.incidents.values(), key=lambda i: (i.started_at, i.id), reverse=True)
    open_ones = [i for i in newest_first if not i.is_resolved]
    return PageView(
        name=page.name,
        url=load_settings().page_url(page.host) if page.host else None,
        description=page.description,
        time_zone=page.time_zone,
        updated_at=page.changed_at or NEVER,
        indicator=indicator,
        headline=wording()["headlines"][indicator],
        nodes=_nodes(page, today),
        active=_incidents(page, open_ones, IncidentKind.INCIDENT),
        maintenances=_incidents(page, open_ones, IncidentKind.MAINTENANCE),
        past=_past(page, newest_first, today),
        uptime_rule=wording()["rules"]["uptime"],
    )


def version_of(view: PageView) -> str:
    """Return the fingerprint: it changes if and only if what the view says changes."""
    return hashlib.sha256(msgspec.json.encode(view)).hexdigest()[:VERSION_DIGITS]


def _nodes(page: Page, today: date) -> tuple[NodeView, ...]:
    children = tree.children_of(page.components)
    claims = claims_by_leaf(page)

    def view(node: Component, path: tuple[str, ...]) -> NodeView:
        inside = (*path, node.name)
        status = tree.shown_status(node, children)
        known = claims.get(node.id, ())
        return NodeView(
            id=node.id,
            name=node.name,
            description=node.description,
            is_leaf=node.is_leaf,
            status=status,
            label=wording()["labels"][status],
            group=" / ".join(path) or None,
            uptime=percent(known, node.created_at, today, page.time_zone) if node.is_leaf else None,
            children=tuple(view(child, inside) for child in children.get(node.id, ())),
        )

    return tuple(view(node, ()) for node in children.get(None, ()))


def claims_by_leaf(page: Page) -> Mapping[str, list[Claim]]:
    """Group all claims that the page knows of by leaf."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in page.past_claims:
        found[claim.component_id].append(claim)
    for incident in page.incidents.values():
        for claim in incident.claims:
            found[claim.component_id].append(claim)
    return found


def _leaves(nodes: Iterable[NodeView]) -> Iterable[NodeView]:
    for node in nodes:
        if node.is_leaf:
            yield node
        yield from _leaves(node.children)


def _past(page: Page, newest_first: list[Incident], today: date) -> tuple[IncidentView, ...]:
    since = starts_at(today - timedelta(days=TIMELINE_DAYS - 1), page.time_zone)
    recent = [i for i in newest_first if i.resolved_at and i.resolved_at >= since]
    return tuple(incident_view(page, incident) for incident in recent[:TIMELINE_MAX])


def _incidents(
    page: Page, incidents: Iterable[Incident], kind: IncidentKind
) -> tuple[IncidentView, ...]:
    return tuple(incident_view(page, incident) for incident in incidents if incident.kind is kind)


def incident_view(page: Page, incident: Incident) -> IncidentView:
    """Return what an incident says."""
    leaves = spoken_of(page, incident)
    return IncidentView(
        id=incident.id,
        name=incident.title,
        kind=incident.kind,
        impact=incident.impact,
        state=incident.state,
        state_label=wording()["states"][incident.state],
        started_at=incident.started_at,
        updated_at=incident.updated_at,
        resolved_at=incident.resolved_at,
        updates=tuple(update_view(update) for update in reversed(incident.updates)),
        affected=tuple(page.components[leaf].name for leaf in leaves),
        component_ids=tuple(leaves),
    )


def spoken_of(page: Page, incident: Incident) -> list[str]:
    """Return the leaves that an incident spoke of, in tree order.

    The order in which it did is not kept by the store: it would differ after a rebuild.
    """
    named = {leaf for update in incident.updates for leaf in update.components}
    named |= {claim.component_id for claim in incident.claims}
    known = named & page.components.keys()
    return sorted(known, key=lambda leaf: tree.place(page.components, leaf))


def update_view(update: Update) -> UpdateView:
    """Return what an update says."""
    return UpdateView(update.id, update.state, update.body, update.occurred_at)
