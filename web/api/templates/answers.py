"""Answers about templates."""

from typing import Required, TypedDict

from domain.page.state import Template
from domain.page.template_commands import AddTemplate
from domain.status import Impact, IncidentKind, IncidentState
from web.http.wire import Id


class TemplateView(TypedDict):
    """Words to begin an incident or a maintenance with; `page` is the id of theirs."""

    id: Id
    page: Id
    name: str
    title: str
    body: str | None
    state: IncidentState | None
    impact: Impact | None
    kind: IncidentKind


class ChangedTemplate(TypedDict, total=False):
    """The fields that were sent, and the template's id."""

    id: Required[str]
    title: str
    name: str | None
    body: str | None
    state: IncidentState | None
    impact: Impact | None
    kind: IncidentKind


def template_view(page_id: str, template: Template) -> TemplateView:
    """Return a template as JSON; the title replaces a missing name."""
    return {
        "id": template.id,
        "page": page_id,
        "name": template.name or template.title,
        "title": template.title,
        "body": template.body,
        "state": template.state,
        "impact": template.impact,
        "kind": template.kind,
    }


def added_template(page_id: str, command: AddTemplate) -> TemplateView:
    """Return a new template before the decision."""
    return {
        "id": command.template_id,
        "page": page_id,
        "name": command.name or command.title,
        "title": command.title,
        "body": command.body,
        "state": command.state,
        "impact": command.impact,
        "kind": command.kind,
    }
