"""Checks of the limits of incidents, updates and claims.

A command that ends something is always allowed, and so are those of the clock: every incident can
be resolved, and a planned maintenance begins and ends.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.page.commands import ChangeComponent, FinishMaintenance, PostUpdate, SetStatus
from domain.page.events import ContentImported
from domain.page.limits import (
    AT_HAND_DAYS,
    CLAIMS,
    INCIDENT_TEXT_BYTES,
    KIB,
    MESSAGE_BYTES,
    PLANNED,
    RECENT,
    RESOLVING_CHARACTERS,
    TEMPLATE_TEXT_BYTES,
    TEMPLATES,
    TREE_TEXT_BYTES,
    UNRESOLVED,
    UPDATES,
    limit_reached,
)
from domain.page.state import Component, Incident, Page, Template
from domain.results import Code, Rejection
from domain.status import IncidentKind, IncidentState, Status
from domain.text import utf8_size

OPEN_ALREADY = {
    IncidentKind.INCIDENT: limit_reached(
        f"A page can have up to {UNRESOLVED} unresolved incidents: resolve one of them first."
    ),
    IncidentKind.MAINTENANCE: limit_reached(
        f"A page can have up to {PLANNED} maintenances that are scheduled or running:"
        " finish or delete one of them first."
    ),
}
BOUND_OF = {IncidentKind.INCIDENT: UNRESOLVED, IncidentKind.MAINTENANCE: PLANNED}
TOO_MANY_RECENT = limit_reached(
    f"A page can have up to {RECENT} incidents and maintenances within two weeks:"
    " post an update to one that is there, or delete some."
)
TOO_MANY_UPDATES = limit_reached(
    f"An incident can have up to {UPDATES} updates: resolve it, and open another."
)
TOO_MANY_CLAIMS = limit_reached(
    f"Incidents can set the status of components up to {CLAIMS} times within 90 days:"
    " leave out components, or delete an incident that is over."
)


def no_room_for_incident(page: Page, *, is_open: bool) -> Rejection | None:
    """Return why one more incident can't be opened or recorded, or None."""
    rejection = no_room_for_open(page, IncidentKind.INCIDENT) if is_open else None
    return rejection or no_room_for_recent(page)


def no_room_for_window(page: Page) -> Rejection | None:
    """Return why one more maintenance can't be planned, or None."""
    rejection = no_room_for_open(page, IncidentKind.MAINTENANCE)
    return rejection or no_room_for_recent(page)


def no_room_for_recent(page: Page) -> Rejection | None:
    """Return why one more incident of any kind can't be kept, or None."""
    return TOO_MANY_RECENT if len(page.incidents) >= RECENT else None


def no_room_for_update(
    page: Page, incident: Incident, state: IncidentState, claims: int
) -> Rejection | None:
    """Return why an update with `claims` more claims is refused, or None.

    A resolving update is always allowed.
    """
    if state is IncidentState.RESOLVED and not incident.is_resolved:
        return None
    # A deleted update counts: its effect is stored.
    if len(incident.updates) + len(incident.bare_entries) >= UPDATES:
        return TOO_MANY_UPDATES
    if state is IncidentState.RESOLVED:
        return None
    rejection = no_room_for_open(page, incident.kind) if incident.is_resolved else None
    return rejection or no_room_for_claims(page, claims)


def no_room_for_claims(page: Page, more: int) -> Rejection | None:
    """Return why `more` claims exceed the limit, or None."""
    if not more:
        return None
    count = sum(max(len(i.claims), len(i.leaves)) for i in page.incidents.values())
    count += sum(len(incident.claims) for incident in page.past)
    return TOO_MANY_CLAIMS if count + more > CLAIMS else None


def no_room_for_open(page: Page, kind: IncidentKind) -> Rejection | None:
    """Return why one more of a kind can't be unresolved, or None."""
    count = sum(i.kind is kind and not i.is_resolved for i in page.incidents.values())
    return OPEN_ALREADY[kind] if count >= BOUND_OF[kind] else None


def is_toggle(command: Any) -> bool:  # noqa: ANN401 - any command
    """Return whether a command only changes a component's status."""
    if isinstance(command, ChangeComponent):
        return command == ChangeComponent(command.component_id, status=command.status)
    return isinstance(command, SetStatus)


def is_recovery(command: Any) -> bool:  # noqa: ANN401 - any command
    """Return whether a command resolves an incident or toggles to operational."""
    match command:
        case PostUpdate(state=IncidentState.RESOLVED) | FinishMaintenance():
            return True
        case SetStatus(status=Status.OPERATIONAL):
            return True
        case ChangeComponent(status=Status.OPERATIONAL):
            return is_toggle(command)
    return False


RECENT_PERIOD: Final = timedelta(days=AT_HAND_DAYS)
INCIDENTS_FULL: Final = (
    "The open, planned and recent incidents of this page have reached the limit of text:"
    f" {INCIDENT_TEXT_BYTES // KIB**2} MB. Shorten or delete some of it first."
)
RESOLVING_LONG: Final = (
    f"{INCIDENTS_FULL} An update that resolves an incident may still have"
    f" {RESOLVING_CHARACTERS:,} characters."
)
TREE_FULL: Final = (
    "The names and descriptions of the components have reached the limit of text:"
    f" {TREE_TEXT_BYTES // KIB} KB. Shorten or delete some of them first."
)
TEMPLATES_FULL: Final = (
    "The templates have reached the limit of text:"
    f" {TEMPLATE_TEXT_BYTES // KIB} KB. Shorten or delete some of it first."
)


def text_limit(sentence: str, field: str | None) -> Rejection:
    """Return the rejection of a text, with its field."""
    return Rejection(Code.TEXT_LIMIT, sentence, {field: sentence} if field else {})


def no_room_for_message(
    page: Page, incident: Incident, state: IncidentState, body: str | None, at: datetime
) -> Rejection | None:
    """Return why an update's message or reopening exceeds the limit, or None."""
    room = room_in_incidents(page, at, incident)
    if room >= MESSAGE_BYTES:
        return None
    if incident.is_resolved and state is not IncidentState.RESOLVED:
        return text_limit(INCIDENTS_FULL, "body" if body else "state")
    if utf8_size(body or "") <= max(room, 0):
        return None
    if state is not IncidentState.RESOLVED or incident.is_resolved:
        return text_limit(INCIDENTS_FULL, "body")
    is_short = len(body or "") <= RESOLVING_CHARACTERS
    return None if is_short else text_limit(RESOLVING_LONG, "body")


def no_room_in_incidents(
    page: Page, more: int, field: str, at: datetime, changed: Incident | None = None
) -> Rejection | None:
    """Return why incidents can't hold `more` bytes, or None.

    `changed` counts even if it is not recent.
    """
    if more <= 0 or more <= room_in_incidents(page, at, changed):
        return None
    return text_limit(INCIDENTS_FULL, field)


def room_in_incidents(page: Page, at: datetime, changed: Incident | None) -> int:
    """Return the free bytes for text of recent incidents and `changed`."""
    return INCIDENT_TEXT_BYTES - sum(
        incident.text_bytes
        for incident in page.incidents.values()
        if incident is changed or is_recent(incident, at)
    )


def is_recent(incident: Incident, at: datetime) -> bool:
    """Return whether every drain loads an incident."""
    return incident.resolved_at is None or incident.resolved_at >= at - RECENT_PERIOD


def no_room_in_tree(page: Page, new: Component, old: Component | None = None) -> Rejection | None:
    """Return why a node's text exceeds the limit, or None."""
    more = node_bytes(new) - (node_bytes(old) if old else 0)
    if more <= 0 or sum(map(node_bytes, page.components.values())) + more <= TREE_TEXT_BYTES:
        return None
    is_described = new.description and (old is None or new.description != old.description)
    return text_limit(TREE_FULL, "description" if is_described else "name")


def node_bytes(node: Component) -> int:
    """Return the size of a node's text, in bytes."""
    return utf8_size(node.name) + utf8_size(node.description or "")


def no_room_in_templates(
    page: Page, new: Template, old: Template | None = None
) -> Rejection | None:
    """Return why a template's text exceeds the limit, or None."""
    more = template_bytes(new) - (template_bytes(old) if old else 0)
    size = _total_bytes(page.templates.values()) if more > 0 else 0
    if more <= 0 or size + more <= TEMPLATE_TEXT_BYTES:
        return None
    return text_limit(TEMPLATES_FULL, "body" if new.body else "title")


def _total_bytes(templates: Iterable[Template]) -> int:
    return sum(map(template_bytes, templates))


def template_bytes(template: Template) -> int:
    """Return the size of a template's text, in bytes."""
    return sum(utf8_size(text or "") for text in (template.title, template.name, template.body))


def no_room_for_import(after: Page, event: ContentImported, at: datetime) -> Rejection | None:
    """Return which limit the page exceeds once it has imported content, or None."""
    tree_bytes = sum(map(node_bytes, after.components.values()))
    if event.components and tree_bytes > TREE_TEXT_BYTES:
        return text_limit(TREE_FULL, "components")
    if len(after.templates) > TEMPLATES and event.templates:
        return limit_reached(f"A page can have up to {TEMPLATES} templates.")
    if event.templates and _total_bytes(after.templates.values()) > TEMPLATE_TEXT_BYTES:
        return text_limit(TEMPLATES_FULL, "templates")
    return no_room_for_imported_incidents(after, at) if event.incidents else None


def no_room_for_imported_incidents(after: Page, at: datetime) -> Rejection | None:
    """Return which limit of incidents a page exceeds, or None."""
    recent = {id_: i for id_, i in after.incidents.items() if is_recent(i, at)}
    unresolved = Counter(incident.kind for incident in recent.values() if not incident.is_resolved)
    for kind, bound in BOUND_OF.items():
        if unresolved[kind] > bound:
            return OPEN_ALREADY[kind]
    if len(recent) > RECENT:
        return TOO_MANY_RECENT
    if room_in_incidents(after, at, None) < 0:
        return text_limit(INCIDENTS_FULL, "incidents")
    return no_room_for_claims(replace(after, incidents=recent), 1)
