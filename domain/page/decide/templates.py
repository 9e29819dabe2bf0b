"""What follows from a command on a page's templates. Visitors see nothing of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import events as e
from domain.page.decide.outcomes import invalid, not_found
from domain.page.limits import TEMPLATES, full
from domain.page.state import Page, Template
from domain.page.template_commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.page.text_limit import no_room_in_templates
from domain.results import DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState

Decision = tuple[e.Event, ...] | Rejection


def add_template(page: Page, command: AddTemplate, at: datetime) -> Decision:
    """Keep a template, while there are not too many."""
    if command.template_id in page.templates:
        raise DuplicateIdError(command.template_id)
    refused = not_of_kind(command.kind, command.state, command.impact)
    if refused:
        return refused
    if len(page.templates) >= TEMPLATES:
        return full(f"A page can have up to {TEMPLATES} templates: delete one that is not used.")
    template = Template(
        command.template_id, command.title, at, command.name, command.body, command.state,
        command.impact, command.kind,
    )  # fmt: skip
    return no_room_in_templates(page, template) or (e.TemplateSet(template),)


def change_template(page: Page, command: ChangeTemplate, at: datetime) -> Decision:
    """Change what is given, keep the rest; who becomes a maintenance loses state and impact."""
    del at  # templates have no past
    template = page.templates.get(command.template_id)
    if template is None:
        return not_found("template")
    kind = command.kind or template.kind
    refused = not_of_kind(kind, command.state, command.impact)
    new = changed(template, command, kind)
    return refused or no_room_in_templates(page, new, template) or (e.TemplateSet(new),)


def delete_template(page: Page, command: DeleteTemplate, at: datetime) -> Decision:
    """Forget a template."""
    del at  # templates have no past
    if command.template_id not in page.templates:
        return not_found("template")
    return (e.TemplateDeleted(command.template_id),)


def changed(template: Template, command: ChangeTemplate, kind: IncidentKind) -> Template:
    """Return the template with what is given of it."""
    given = {"title": command.title, "state": command.state, "impact": command.impact}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if command.name is not None:
        changes["name"] = command.name or None
    if command.body is not None:
        changes["body"] = command.body or None
    is_bare = kind is IncidentKind.MAINTENANCE
    changes |= {"state": None} if is_bare or command.clears_state else {}
    changes |= {"impact": None} if is_bare or command.clears_impact else {}
    return replace(template, kind=kind, **changes)


def not_of_kind(
    kind: IncidentKind, state: IncidentState | None, impact: Impact | None
) -> Rejection | None:
    """Refuse what a maintenance is not opened with, and the state that no one opens with."""
    if state is IncidentState.SCHEDULED:
        return invalid("state", "state can't be scheduled: only a planned maintenance is.")
    if kind is IncidentKind.INCIDENT:
        return None
    for field, given in (("state", state), ("impact", impact)):
        if given is not None:
            return invalid(field, f"{field} belongs to incidents: a maintenance is planned.")
    return None
