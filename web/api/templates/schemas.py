"""Bodies of templates. Null clears what may be missing. Source: docs/behaviour.md, "Templates"."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from domain.page.decide.templates import not_of_kind
from domain.page.template_commands import AddTemplate, ChangeTemplate
from domain.status import Impact, IncidentKind, IncidentState
from domain.text import BODY_LIMIT, NAME_LIMIT, TITLE_LIMIT
from web.api.pages.settings_schemas import cleared
from web.http.bodies import line, text
from web.http.errors import rejected


class NewTemplate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Words for later."""

    title: Annotated[str, line(TITLE_LIMIT)]
    name: Annotated[str | None, line(NAME_LIMIT)] = None
    body: Annotated[str | None, text(BODY_LIMIT)] = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind | None = None


class TemplateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a template; what is not given stays, null clears what may be missing."""

    needs_one: ClassVar[bool] = True

    title: Annotated[str | None, line(TITLE_LIMIT)] = None
    name: Annotated[str | UnsetType | None, line(NAME_LIMIT)] = UNSET
    body: Annotated[str | UnsetType | None, text(BODY_LIMIT)] = UNSET
    state: IncidentState | UnsetType | None = UNSET
    impact: Impact | UnsetType | None = UNSET
    kind: IncidentKind | None = None


def added(template_id: str, body: NewTemplate) -> AddTemplate:
    """Return what is to be kept. Raises ApiError 400."""
    kind = body.kind or IncidentKind.INCIDENT
    refuse_mixed(kind, body.state, body.impact)
    return AddTemplate(template_id, body.title, body.name, body.body, body.state, body.impact, kind)


def changed(template_id: str, body: TemplateChange) -> ChangeTemplate:
    """Return a change as the log keeps it. Raises ApiError 400."""
    state = None if body.state is UNSET else body.state
    impact = None if body.impact is UNSET else body.impact
    kind = body.kind
    refuse_mixed(kind or IncidentKind.INCIDENT, state, impact)
    return ChangeTemplate(
        template_id=template_id,
        title=body.title,
        name=cleared(body.name),
        body=cleared(body.body),
        state=state,
        impact=impact,
        kind=kind,
        clears_state=body.state is None,
        clears_impact=body.impact is None,
    )


def refuse_mixed(kind: IncidentKind, state: IncidentState | None, impact: Impact | None) -> None:
    """Refuse at the door what the page would refuse whatever it holds. Raises ApiError 400."""
    if refused := not_of_kind(kind, state, impact):
        raise rejected(refused)
