"""The view: the content of a page and of status.json, as plain values.

`version` is its hash.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from domain.artifacts import INDEX
from domain.calendar import starts_at
from domain.page.logo import Logo
from domain.page.overall import overall
from domain.page.settings import Font, Link, Mode, Place
from domain.page.state import Incident, Page, Tier
from domain.runtime.settings import load_settings
from domain.runtime.template_loader import wording
from domain.status import LISTED, Impact, IncidentKind, Status
from domain.store.postgres.load import TIMELINE_DAYS
from workers.render.hero import HeroView, hero_view
from workers.render.incident_view import IncidentView, history_views, incident_views
from workers.render.recent_days import RecentDays, group_by_day
from workers.render.room import (
    FRAME_BYTES,
    MESSAGES_BYTES,
    DocumentBudget,
    card_bytes,
    fit_bars,
    fit_incident,
    fit_latest,
)
from workers.render.tree_view import NodeView, label_of, leaves_of, node_views

VERSION_DIGITS = 16
TIMELINE_MAX = 50  # the archive has all of them
LOGO_WIDTH, LOGO_HEIGHT = 240, 40  # in CSS pixels
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogoView:
    """The address of a logo, and its size in CSS pixels on the page."""

    path: str
    width: int
    height: int
    is_mark: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """A page on a day, for visitors and for programs."""

    name: str
    url: str | None
    description: str | None
    time_zone: str
    today: date
    updated_at: datetime
    indicator: Status
    headline: str
    hero: HeroView
    labels: tuple[tuple[Status, str], ...]
    mode: Mode
    accent: str | None
    header: str | None
    font: Font
    links: tuple[Link, ...]
    logo: LogoView | None
    show_uptime: bool
    has_footer: bool
    noindex: bool
    nodes: tuple[NodeView, ...]
    active: tuple[IncidentView, ...]
    maintenances: tuple[IncidentView, ...]
    past: tuple[IncidentView, ...]
    is_past_cut: bool
    uptime_rule: str

    @property
    def leaves(self) -> list[NodeView]:
        """All leaves in tree order."""
        return list(leaves_of(self.nodes))

    @property
    def tone(self) -> str:
        """The look of its overall status; an empty page has that of no data."""
        return "nodata" if self.hero.kind == "empty" else self.indicator

    @property
    def mark(self) -> str:
        """The first letter of the name, in place of a logo."""
        return next((char.upper()[0] for char in self.name if char.isalnum()), "")

    @property
    def header_links(self) -> list[Link]:
        """The owner's links in the header."""
        return [link for link in self.links if link.place is Place.HEADER]

    @property
    def footer_links(self) -> list[Link]:
        """The owner's links in the footer."""
        return [link for link in self.links if link.place is Place.FOOTER]

    @property
    def recent_days(self) -> list[RecentDays]:
        """The last 14 days: the incidents that ended, and the days without any."""
        return group_by_day(
            self.past, self.active, self.today, self.time_zone, is_cut=self.is_past_cut
        )


def page_view(page: Page, today: date) -> PageView:
    """Return the view of `page` on `today` (a day in its own zone)."""
    indicator = overall(page.components, page.incidents.values())
    newest_first = sorted(page.incidents.values(), key=lambda i: (i.started_at, i.id), reverse=True)
    open_ones = [i for i in newest_first if not i.is_resolved]
    recent = _recent(page, today)
    nodes = node_views(page, today)
    active = _of_kind(page, sorted(open_ones, key=_mildness), IncidentKind.INCIDENT)
    hero = hero_view(page, today, indicator, list(leaves_of(nodes)), active)
    view = PageView(
        name=page.name,
        url=load_settings().page_url(page.host) if page.host else None,
        description=page.description,
        time_zone=page.time_zone,
        today=today,
        updated_at=page.changed_at or NEVER,
        indicator=indicator,
        headline=_headline(page, indicator, hero),
        hero=hero,
        labels=tuple((status, label_of(page, status)) for status in LISTED),
        mode=page.look.mode,
        accent=page.look.accent,
        header=page.look.header,
        font=page.look.font,
        links=page.look.links,
        logo=logo_view(page.logo) if page.logo else None,
        show_uptime=page.look.show_uptime,
        # The free tier always has the footer; when Prime ends, the entitlement changes.
        has_footer=page.look.show_footer or page.entitlement.tier is not Tier.PRIME,
        noindex=page.look.noindex,
        nodes=nodes,
        active=active,
        maintenances=_of_kind(page, reversed(open_ones), IncidentKind.MAINTENANCE),
        past=history_views(page, recent[:TIMELINE_MAX]),
        is_past_cut=len(recent) > TIMELINE_MAX,
        uptime_rule=wording()["uptime"][page.look.uptime_counts],
    )
    return _fit(view)


def logo_view(logo: Logo) -> LogoView:
    """Return a logo as the header shows it, fitted to its box, never enlarged.

    A logo that is hardly wider than it is high is a mark; the name appears beside it.
    """
    scale = min(LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height, 1)
    width, height = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    return LogoView(f"/{logo.name}", width, height, is_mark=logo.width < 2 * logo.height)


def version_of(view: PageView) -> str:
    """Return the fingerprint, which changes if and only if the view changes."""
    return hashlib.sha256(msgspec.json.encode(view)).hexdigest()[:VERSION_DIGITS]


def _headline(page: Page, indicator: Status, hero: HeroView) -> str:
    if hero.kind == "empty":
        return wording()["empty"]["page"]
    return page.look.headlines.get(indicator) or wording()["headlines"][indicator]


def _mildness(incident: Incident) -> int:
    return -list(Impact).index(incident.impact)


def _recent(page: Page, today: date) -> list[Incident]:
    """Return the incidents that ended within the days of the timeline, newest end first."""
    since = starts_at(today - timedelta(days=TIMELINE_DAYS - 1), page.time_zone)
    ends = {i.id: i.resolved_at for i in page.incidents.values() if i.resolved_at}
    newest_end_first = sorted(ends.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
    return [page.incidents[id_] for id_, ended_at in newest_end_first if ended_at >= since]


def _of_kind(
    page: Page, incidents: Iterable[Incident], kind: IncidentKind
) -> tuple[IncidentView, ...]:
    return incident_views(page, [incident for incident in incidents if incident.kind is kind])


def _fit(view: PageView) -> PageView:
    """Return the view within its byte limits.

    Active messages come first, then maintenances, then past ones.
    """
    messages, bodies = DocumentBudget(), DocumentBudget()
    active, maintenances, past = (
        tuple(fit_incident(incident, messages) for incident in incidents)
        for incidents in (view.active, view.maintenances, view.past)
    )
    cards = sum(map(card_bytes, (*active, *maintenances, *past)))
    bars = DocumentBudget(INDEX.max_bytes - FRAME_BYTES - MESSAGES_BYTES - cards)
    return replace(
        view,
        active=tuple(fit_latest(incident, bodies) for incident in active),
        maintenances=maintenances,
        past=past,
        nodes=fit_bars(view.nodes, bars),
    )
