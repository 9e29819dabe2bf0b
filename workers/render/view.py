"""The view: all that a visitor's page and status.json say, as plain values. `version` hashes it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from domain.days import starts_at
from domain.page import tree
from domain.page.logo import Logo
from domain.page.state import Incident, Mode, Page, Tier, Update
from domain.status import IncidentKind, IncidentState, Status
from domain.store.load import TIMELINE_DAYS
from domain.store.settings import load_settings
from domain.store.template_folder import wording
from workers.render.tree_view import NodeView, label_of, leaves_of, node_views

VERSION_DIGITS = 16
TIMELINE_MAX = 50  # more than that is no timeline any more; the archive has them all
LEGEND = (
    Status.OPERATIONAL,
    Status.DEGRADED,
    Status.PARTIAL,
    Status.OUTAGE,
    Status.MAINTENANCE,
)
LOGO_WIDTH, LOGO_HEIGHT = 240, 40  # in CSS pixels
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UpdateView:
    """What visitors read of an update; the rest must not reach the version."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    is_edited: bool


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its words, newest first, and the leaves that it spoke of in tree order."""

    id: str
    name: str
    kind: IncidentKind
    impact: str
    state: IncidentState
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    updates: tuple[UpdateView, ...]
    affected: tuple[tree.Affected, ...]
    component_ids: tuple[str, ...]

    @property
    def is_resolved(self) -> bool:
        """Whether the work on it has ended."""
        return self.resolved_at is not None


@dataclass(frozen=True, slots=True)
class LogoView:
    """Where a logo is, and how many pixels it takes on the page."""

    path: str
    width: int
    height: int
    is_mark: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """A page on a day, for people and for programs."""

    name: str
    url: str | None
    description: str | None
    time_zone: str
    today: date
    updated_at: datetime
    indicator: Status
    headline: str
    labels: tuple[tuple[Status, str], ...]
    mode: Mode
    accent: str | None
    logo: LogoView | None
    show_uptime: bool
    has_footer: bool
    nodes: tuple[NodeView, ...]
    active: tuple[IncidentView, ...]
    maintenances: tuple[IncidentView, ...]
    past: tuple[IncidentView, ...]
    uptime_rule: str

    @property
    def leaves(self) -> list[NodeView]:
        """All leaves in tree order."""
        return list(leaves_of(self.nodes))


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
        today=today,
        updated_at=page.changed_at or NEVER,
        indicator=indicator,
        headline=page.look.headlines.get(indicator) or wording()["headlines"][indicator],
        labels=tuple((status, label_of(page, status)) for status in LEGEND),
        mode=page.look.mode,
        accent=page.look.accent,
        logo=logo_view(page.logo) if page.logo else None,
        show_uptime=page.look.show_uptime,
        # The free tier's footer is forced; a lapse of Prime is told by another entitlement.
        has_footer=page.look.show_footer or page.entitlement.tier is not Tier.PRIME,
        nodes=node_views(page, today),
        active=_of_kind(page, open_ones, IncidentKind.INCIDENT),
        maintenances=_of_kind(page, reversed(open_ones), IncidentKind.MAINTENANCE),
        past=_past(page, newest_first, today),
        uptime_rule=wording()["rules"]["uptime"],
    )


def logo_view(logo: Logo) -> LogoView:
    """Return a logo as the header shows it: within its box, and never larger than it is.

    What is hardly wider than it is high is a mark, beside which the name is wanted.
    """
    scale = min(LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height, 1)
    width, height = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    return LogoView(f"/{logo.name}", width, height, is_mark=logo.width < 2 * logo.height)


def version_of(view: PageView) -> str:
    """Return the fingerprint: it changes if and only if what the view says changes."""
    return hashlib.sha256(msgspec.json.encode(view)).hexdigest()[:VERSION_DIGITS]


def _past(page: Page, newest_first: list[Incident], today: date) -> tuple[IncidentView, ...]:
    since = starts_at(today - timedelta(days=TIMELINE_DAYS - 1), page.time_zone)
    recent = [i for i in newest_first if i.resolved_at and i.resolved_at >= since]
    return incident_views(page, recent[:TIMELINE_MAX])


def _of_kind(
    page: Page, incidents: Iterable[Incident], kind: IncidentKind
) -> tuple[IncidentView, ...]:
    return incident_views(page, [incident for incident in incidents if incident.kind is kind])


def incident_views(page: Page, incidents: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Return what incidents say; a part is told with the last status it was given."""
    groups = tree.groups_of_namesakes(page.components) if incidents else {}
    return tuple(_incident_view(page, incident, groups) for incident in incidents)


def _incident_view(page: Page, incident: Incident, groups: tree.Groups) -> IncidentView:
    said = said_of_leaves(page, incident)
    return IncidentView(
        id=incident.id,
        name=incident.title,
        kind=incident.kind,
        impact=incident.impact,
        state=incident.state,
        started_at=incident.started_at,
        updated_at=incident.updated_at,
        resolved_at=incident.resolved_at,
        scheduled_start=incident.scheduled_start,
        scheduled_end=incident.scheduled_end,
        updates=tuple(update_view(update) for update in reversed(incident.updates)),
        affected=tree.affected(page.components, groups, said),
        component_ids=tuple(id_ for id_, _ in said),
    )


def said_of_leaves(page: Page, incident: Incident) -> list[tuple[str, Status]]:
    """Return the leaves that an incident spoke of, in tree order, each with its last status.

    The order in which it spoke is not kept by the store: it would differ after a rebuild.
    """
    said: dict[str, Status] = dict.fromkeys(incident.leaves, Status.MAINTENANCE)
    for update in incident.updates:
        said |= update.components
    in_time = sorted(incident.claims, key=lambda c: (c.from_at, c.component_id))
    said |= {claim.component_id: claim.status for claim in in_time}
    known = said.keys() & page.components.keys()
    in_order = sorted(known, key=lambda leaf: tree.place(page.components, leaf))
    return [(leaf, said[leaf]) for leaf in in_order]


def update_view(update: Update) -> UpdateView:
    """Return what an update says."""
    is_edited = update.edited_at is not None
    return UpdateView(update.id, update.state, update.body, update.occurred_at, is_edited)
