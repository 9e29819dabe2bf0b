"""Decision on a change of settings, merged into the current ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import events as e
from domain.page.commands import AddTemplate, ChangePage, ChangeTemplate, DeleteTemplate
from domain.page.decide.outcomes import invalid, not_found
from domain.page.limits import TEMPLATES, limit_reached
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.room import no_room_in_templates
from domain.page.settings import etag_of
from domain.page.state import Appearance, Page, Template
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState

STALE = "The settings have changed meanwhile. Read them again before changing them."


def change_page(page: Page, command: ChangePage, at: datetime) -> tuple[e.Event, ...] | Rejection:
    """Change the given settings; refuse a change with a stale etag."""
    if command.etag is not None and command.etag != etag_of(page):
        return Rejection(Code.CONFLICT, STALE)
    try:
        logo = page.logo if command.logo is None else parse_logo(command.logo)
    except LogoError as error:
        return invalid("logo", str(error))
    name = page.name if command.name is None else command.name
    is_public = page.is_public if command.is_public is None else command.is_public
    description = page.description if command.description is None else command.description or None
    zone = command.time_zone or page.time_zone
    look = merge_appearance(page.look, command)
    return (e.PageChanged(name, is_public, description, zone, look, logo, at),)


def parse_logo(text: str) -> Logo | None:
    """Return the logo of a command, None for an empty text.

    Raises LogoError.
    """
    return decode_logo(text) if text else None


def merge_appearance(look: Appearance, command: ChangePage) -> Appearance:
    """Return the appearance with the given changes."""
    start = command.look or look
    values = {
        "mode": command.mode,
        "show_uptime": command.show_uptime,
        "show_footer": command.show_footer,
        "show_latency": command.show_latency,
        "noindex": command.noindex,
    }
    changes: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if command.accent is not None:
        changes["accent"] = command.accent or None
    return replace(
        start,
        labels=merge_texts(start.labels, command.labels),
        headlines=merge_texts(start.headlines, command.headlines),
        **changes,
    )


def merge_texts(texts: Mapping[str, str], changes: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the texts with the given ones; an empty one removes its key."""
    return {name: text for name, text in {**texts, **(changes or {})}.items() if text}


Decision = tuple[e.Event, ...] | Rejection


def add_template(page: Page, command: AddTemplate, at: datetime) -> Decision:
    """Add a template, up to the limit."""
    if command.template_id in page.templates:
        raise DuplicateIdError(command.template_id)
    rejection = kind_problem(command.kind, command.state, command.impact)
    if rejection:
        return rejection
    if len(page.templates) >= TEMPLATES:
        return limit_reached(
            f"A page can have up to {TEMPLATES} templates: delete one that is not used."
        )
    template = Template(
        command.template_id, command.title, at, command.name, command.body, command.state,
        command.impact, command.kind,
    )  # fmt: skip
    return no_room_in_templates(page, template) or (e.TemplateSet(template),)


def change_template(page: Page, command: ChangeTemplate, at: datetime) -> Decision:
    """Change the given properties; a new maintenance loses state and impact."""
    del at  # templates have no past
    template = page.templates.get(command.template_id)
    if template is None:
        return not_found("template")
    kind = command.kind or template.kind
    rejection = kind_problem(kind, command.state, command.impact)
    new = apply_changes(template, command, kind)
    return rejection or no_room_in_templates(page, new, template) or (e.TemplateSet(new),)


def delete_template(page: Page, command: DeleteTemplate, at: datetime) -> Decision:
    """Remove a template."""
    del at  # templates have no past
    if command.template_id not in page.templates:
        return not_found("template")
    return (e.TemplateDeleted(command.template_id),)


def apply_changes(template: Template, command: ChangeTemplate, kind: IncidentKind) -> Template:
    """Return the template with the given changes."""
    values = {"title": command.title, "state": command.state, "impact": command.impact}
    changes: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if command.name is not None:
        changes["name"] = command.name or None
    if command.body is not None:
        changes["body"] = command.body or None
    is_bare = kind is IncidentKind.MAINTENANCE
    changes |= {"state": None} if is_bare or command.clears_state else {}
    changes |= {"impact": None} if is_bare or command.clears_impact else {}
    return replace(template, kind=kind, **changes)


def kind_problem(
    kind: IncidentKind, state: IncidentState | None, impact: Impact | None
) -> Rejection | None:
    """Return why state or impact don't fit the kind, or None.

    No template has the state `scheduled`.
    """
    if state is IncidentState.SCHEDULED:
        return invalid("state", "state can't be scheduled: only a planned maintenance is.")
    if kind is IncidentKind.INCIDENT:
        return None
    for field, value in (("state", state), ("impact", impact)):
        if value is not None:
            return invalid(field, f"{field} belongs to incidents: a maintenance is planned.")
    return None
