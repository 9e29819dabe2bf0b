"""Answers about templates."""

from domain.page.state import Template
from domain.page.template_commands import AddTemplate
from domain.status import Impact, IncidentKind, IncidentState
from web.http.wire import Answer, Id, to_answer


class TemplateView(Answer, frozen=True):
    """Words to begin an incident or a maintenance with; `page` is the id of theirs."""

    id: Id
    page: Id
    name: str
    title: str
    body: str | None
    state: IncidentState | None
    impact: Impact | None
    kind: IncidentKind


def template_view(page_id: str, template_id: str, words: Template | AddTemplate) -> TemplateView:
    """Return a template as JSON; the title replaces a missing name."""
    name = words.name or words.title
    return to_answer(TemplateView, words, id=template_id, page=page_id, name=name)
