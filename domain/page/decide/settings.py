"""Decision on a change of settings, merged into the current ones."""

from dataclasses import replace
from datetime import datetime

from domain.page import events as e
from domain.page.commands import AddTemplate, ChangePage, ChangeTemplate
from domain.page.decide.items import merge_changes
from domain.page.decide.outcomes import invalid, not_found
from domain.page.limits import TEMPLATES, limit_reached
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.room import no_room_in_templates
from domain.page.settings import Appearance, etag_of
from domain.page.state import Page, Template
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState

STALE = "The settings have changed in the meantime. Read them again before you change them."
FOR_INCIDENTS = {
    "state": "Only a template of an incident has a state: leave it out for a maintenance.",
    "impact": "Only a template of an incident has an impact: leave it out for a maintenance.",
}


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
    start = merge_changes(Appearance(), command.look) if command.look else page.look
    look = merge_changes(start, command)
    return (e.PageChanged(name, is_public, description, zone, look, logo, at),)


def parse_logo(text: str) -> Logo | None:
    """Return the logo of a command, None for an empty text.

    Raises LogoError.
    """
    return decode_logo(text) if text else None


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
    return no_room_in_templates(page, template) or (e.ItemSet("templates", template),)


def change_template(page: Page, command: ChangeTemplate, at: datetime) -> Decision:
    """Change the given properties; a new maintenance loses state and impact."""
    del at  # templates have no past
    template = page.templates.get(command.template_id)
    if template is None:
        return not_found("template")
    new = apply_changes(template, command)
    rejection = kind_problem(new.kind, command.state, command.impact)
    return rejection or no_room_in_templates(page, new, template) or (e.ItemSet("templates", new),)


def apply_changes(template: Template, command: ChangeTemplate) -> Template:
    """Return the template with the given changes."""
    new = merge_changes(template, command)
    is_bare = new.kind is IncidentKind.MAINTENANCE
    return replace(
        new,
        state=None if is_bare or command.clears_state else new.state,
        impact=None if is_bare or command.clears_impact else new.impact,
    )


def kind_problem(
    kind: IncidentKind, state: IncidentState | None, impact: Impact | None
) -> Rejection | None:
    """Return why state or impact don't fit the kind, or None.

    No template has the state `scheduled`.
    """
    if state is IncidentState.SCHEDULED:
        return invalid("state", "Choose a state other than scheduled: a template can't have it.")
    if kind is IncidentKind.INCIDENT:
        return None
    for field, value in (("state", state), ("impact", impact)):
        if value is not None:
            return invalid(field, FOR_INCIDENTS[field])
    return None
