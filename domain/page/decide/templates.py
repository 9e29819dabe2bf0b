"""Decisions on the commands of templates, which visitors never see."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import events as e
from domain.page.decide.outcomes import invalid, not_found
from domain.page.limits import TEMPLATES, limit_reached
from domain.page.state import Page, Template
from domain.page.template_commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.page.text_limit import no_room_in_templates
from domain.results import DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState

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
