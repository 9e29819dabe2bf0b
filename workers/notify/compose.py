"""Messages from waiting deliveries, with the words of the page as they are now.

Source: docs/behaviour.md, "Public events" and "Delivery".
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from domain.notifications.events import EventKind
from domain.notifications.messages import (
    Affected,
    IncidentNews,
    Message,
    MessagePage,
    NewsEntry,
    TimelineUpdate,
)
from domain.page import tree
from domain.page.overall import overall
from domain.page.state import Incident, Page
from domain.runtime.settings import load_settings
from domain.runtime.template_loader import wording
from domain.status import Impact, IncidentKind, Status
from domain.store.postgres.notifications.send_queue import Waiting

AFFECTED_MAX: Final = 50


def split_waiting(
    page: Page, waiting: Sequence[Waiting]
) -> tuple[dict[str, list[Waiting]], list[Waiting]]:
    """Return the deliveries to send by incident, and those that are no news any more.

    No news are updates whose message was deleted, and all of an incident that was deleted, except
    its withdrawal for a subscriber who was sent a message about it.
    """
    news: dict[str, list[Waiting]] = {}
    dropped = []
    for delivery in waiting:
        if is_news(page.incidents.get(delivery.incident_id), delivery):
            news.setdefault(delivery.incident_id, []).append(delivery)
        else:
            dropped.append(delivery)
    return news, dropped


def is_news(incident: Incident | None, delivery: Waiting) -> bool:
    """Return whether a delivery still tells something."""
    if incident is None:
        return delivery.kind is EventKind.WITHDRAWN and delivery.has_heard
    if delivery.kind is EventKind.UPDATED and delivery.update_id:
        return any(update.id == delivery.update_id for update in incident.updates)
    return True


def build_message(
    page: Page, news: Iterable[Sequence[Waiting]], message_id: str, manage_url: str
) -> Message:
    """Return a message about one incident or several, each with its waiting deliveries."""
    return Message(
        id=message_id,
        page=build_message_page(page),
        incidents=tuple(build_news(page, deliveries) for deliveries in news),
        manage_url=manage_url,
        created_at=datetime.now(UTC),
    )


def build_message_page(page: Page) -> MessagePage:
    """Return the page of a message, with its overall status."""
    indicator = overall(page.components, page.incidents.values())
    return MessagePage(
        id=page.id,
        name=page.name,
        url=page_url(page),
        time_zone=page.time_zone,
        impact=indicator.impact,
        headline=page.look.headlines.get(indicator) or wording()["headlines"][indicator],
        accent=page.look.accent,
    )


def page_url(page: Page) -> str:
    """Return the address of a page; the base's for a page without a host."""
    settings = load_settings()
    return settings.page_url(page.host) if page.host else f"{settings.base_url}/"


def build_news(page: Page, deliveries: Sequence[Waiting]) -> IncidentNews:
    """Return the news of an incident, in its present state."""
    incident = page.incidents.get(deliveries[0].incident_id)
    if incident is None:
        return build_withdrawal(page, deliveries[-1])
    return IncidentNews(
        id=incident.id,
        kind=incident.kind,
        title=incident.title,
        state=incident.state,
        impact=incident.impact,
        started_at=incident.started_at,
        posted_at=incident.posted_at,
        updated_at=incident.updated_at,
        url=f"{page_url(page)}incidents/{incident.id}",
        entries=tuple(build_entry(incident, delivery) for delivery in deliveries),
        affected=build_affected(page, incident),
        resolved_at=incident.resolved_at,
        scheduled_start=incident.scheduled_start,
        scheduled_end=incident.scheduled_end,
        updates=tuple(
            TimelineUpdate(u.id, u.state, u.body, u.occurred_at, u.posted_at, u.edited_at)
            for u in incident.updates
        ),
        is_first=not deliveries[0].has_heard,
    )


def build_withdrawal(page: Page, delivery: Waiting) -> IncidentNews:
    """Return the news of an incident that was deleted."""
    return IncidentNews(
        id=delivery.incident_id,
        kind=IncidentKind(delivery.incident_kind),
        title=delivery.title,
        state=delivery.state,
        impact=Impact(delivery.impact),
        started_at=delivery.at,
        posted_at=delivery.at,
        updated_at=delivery.at,
        url=page_url(page),
        entries=(NewsEntry(delivery.kind, delivery.state, "", delivery.at),),
        is_first=False,
        is_withdrawn=True,
    )


def build_entry(incident: Incident, delivery: Waiting) -> NewsEntry:
    """Return an event with the message of its update, if that still exists."""
    bodies = (update.body for update in incident.updates if update.id == delivery.update_id)
    return NewsEntry(delivery.kind, delivery.state, next(bodies, ""), delivery.at)


def build_affected(page: Page, incident: Incident) -> tuple[Affected, ...]:
    """Return the components that an incident affects or plans to, in tree order.

    Of a resolved one, those that it has claimed.
    """
    past_leaves = {claim.component_id: Status.OPERATIONAL for claim in incident.claims}
    statuses = incident.held or past_leaves or dict.fromkeys(incident.leaves, Status.MAINTENANCE)
    paths = tree.groups_of_namesakes(page.components)
    leaves = [leaf for leaf in tree.leaves(page.components) if leaf.id in statuses]
    return tuple(
        Affected(leaf.id, full_name(paths.get(leaf.id), leaf.name), statuses[leaf.id])
        for leaf in leaves[:AFFECTED_MAX]
    )


def full_name(group: str | None, name: str) -> str:
    """Return the name of a leaf, with its categories if it needs them."""
    return f"{group} / {name}" if group else name
