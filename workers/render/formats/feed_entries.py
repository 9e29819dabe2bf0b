"""The entries of the feeds: the newest incidents and maintenances, with their messages as HTML.

Source: docs/behaviour.md, "Feeds and calendar". The HTML follows the conventions of Statuspage.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Final
from urllib.parse import urljoin

from markupsafe import escape

from domain.page.state import Incident, Update
from domain.page.timeline import modified_at
from domain.runtime.template_loader import wording
from domain.status import IncidentKind, IncidentState
from domain.store.postgres.engine import Connection
from domain.store.postgres.incidents import incidents_after
from workers.render.eager import RenderContext
from workers.render.html import render, words
from workers.render.room import DocumentBudget, html_bytes

ENTRIES_MAX: Final = 50
UPDATES_MAX: Final = 20  # of an entry
# The beginning of all ids (RFC 4151). An id is the same on each host of its page.
TAG: Final = "tag:hep.gg,2026:"
_ADDRESS: Final = re.compile(' href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An incident or a maintenance in a feed; `content` is HTML."""

    incident: Incident
    url: str | None
    content: str

    @property
    def id(self) -> str:
        """The id, which never changes."""
        return TAG + self.incident.id

    @property
    def published_at(self) -> datetime:
        """The start of an incident, or the planning of a maintenance."""
        return published_at(self.incident)

    @property
    def updated_at(self) -> datetime:
        """The last update or edit."""
        return modified_at(self.incident)


def build_entries(conn: Connection, context: RenderContext) -> list[FeedEntry]:
    """Return the entries of a page's feeds, newest first."""
    incidents = newest_incidents(conn, context.page.id)
    bodies = fit_bodies(incidents, context.view.url)
    return [build_entry(context, incident, bodies) for incident in incidents]


def newest_incidents(conn: Connection, page_id: str) -> list[Incident]:
    """Return the incidents and maintenances that were published last, newest first.

    Maintenances that are planned far ahead leave room for incidents.
    """
    slices = (incidents_after(conn, page_id, kind, None, ENTRIES_MAX) for kind in IncidentKind)
    incidents = [incident for part in slices for incident in part.incidents]
    return sorted(incidents, key=lambda i: (published_at(i), i.id), reverse=True)[:ENTRIES_MAX]


def published_at(incident: Incident) -> datetime:
    """Return the start of an incident, or the planning of a maintenance."""
    is_plan = incident.kind is IncidentKind.MAINTENANCE
    return incident.posted_at if is_plan else incident.started_at


def newest_updates(incident: Incident) -> Sequence[Update]:
    """Return the updates that an entry shows, newest first."""
    return incident.updates[: -UPDATES_MAX - 1 : -1]


def fit_bodies(incidents: Sequence[Incident], url: str | None) -> Mapping[str, str]:
    """Return the newest messages that fit a document, as HTML by update id."""
    updates = [update for incident in incidents for update in newest_updates(incident)]
    updates.sort(key=lambda update: (update.occurred_at, update.id), reverse=True)
    return dict(DocumentBudget().take_fitting(_sized_bodies(updates, url)))


def _sized_bodies(
    updates: Sequence[Update], url: str | None
) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield ids and messages with their bytes; a message beyond the budget is not rendered."""
    for update in updates:
        if update.body:
            html = to_absolute_links(words(update.body), url).strip()
            yield (update.id, html), html_bytes(html)


def to_absolute_links(html: str, url: str | None) -> str:
    """Return HTML with absolute links: a feed has no page around it."""
    if url is None:
        return html
    return _ADDRESS.sub(lambda m: f' href="{escape(urljoin(url, unescape(m[1])))}"', html)


def build_entry(context: RenderContext, incident: Incident, bodies: Mapping[str, str]) -> FeedEntry:
    """Return the entry of an incident, with its messages that fit."""
    url = f"{context.view.url}incidents/{incident.id}" if context.view.url else None
    updates = newest_updates(incident)
    is_cut = any(update.body and update.id not in bodies for update in updates)
    content = render(
        "feed/entry.html.j2",
        incident=incident,
        updates=updates,
        bodies=bodies,
        state_at=None if has_current_update(incident) else state_time(incident),
        is_cut=is_cut or len(updates) < len(incident.updates),
        url=url,
        zone=context.page.time_zone,
        states=wording()["states"],
    )
    return FeedEntry(incident, url, content.strip())


def has_current_update(incident: Incident) -> bool:
    """Return whether the newest update tells the state; its message may have been deleted."""
    return bool(incident.updates) and incident.updates[-1].state is incident.state


def state_time(incident: Incident) -> datetime:
    """Return the time of a state that no update tells."""
    if incident.resolved_at:
        return incident.resolved_at
    if incident.state is IncidentState.SCHEDULED:
        return incident.posted_at
    return incident.updated_at if incident.updates else incident.started_at
