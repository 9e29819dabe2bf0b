"""Bodies of the monitor's API. Unknown fields are ignored.

Source: docs/behaviour.md, "Monitor's API".
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from domain.page.commands import StatusGiven
from domain.status import Impact, IncidentState, Status
from domain.text import BODY_LIMIT, NOT_BLANK, TITLE_LIMIT, clean, cut_reference
from web.api import field_sentences as says
from web.api.field_sentences import REFERENCES_MAX, UPDATE_STATES
from web.http.bodies import line, text, wrong_value
from web.http.wire import Answer, Id, Instant

Markdown = Annotated[
    str | None,
    text(
        BODY_LIMIT,
        "Markdown without headings, pictures, tables and raw HTML;"
        " an address alone is a link as `<https://…>`.",
    ),
    says.MESSAGE,
]
ComponentReference = Annotated[
    str,
    msgspec.Meta(extra_json_schema={"pattern": NOT_BLANK, "description": "An id or a name."}),
    says.COMPONENT,
]


class Reference(msgspec.Struct, rename="camel"):
    """A status for a component, named by id or name."""

    component: ComponentReference
    status: Annotated[Status, says.COMPONENT_STATUS]


AT_MOST = msgspec.Meta(extra_json_schema={"maxItems": REFERENCES_MAX})
References = Annotated[list[Reference] | None, AT_MOST, says.REFERENCES]
UpdateState = Annotated[
    IncidentState, msgspec.Meta(extra_json_schema={"enum": UPDATE_STATES}), says.STATE
]


class OpenIncident(msgspec.Struct, rename="camel"):
    """An incident to be opened."""

    title: Annotated[str, line(TITLE_LIMIT), says.TITLE]
    impact: Annotated[Impact | None, says.IMPACT] = None
    body: Markdown = None
    components: References = None
    notify: Annotated[bool | None, says.NOTIFY] = None


class PostUpdate(msgspec.Struct, rename="camel"):
    """A new update of an incident."""

    state: UpdateState
    body: Markdown = None
    components: References = None
    notify: Annotated[bool | None, says.NOTIFY] = None


class SetStatus(msgspec.Struct, rename="camel"):
    """A new status of a component."""

    status: Annotated[Status, says.STATUS]


def to_statuses(references: Sequence[Reference] | None) -> tuple[StatusGiven, ...]:
    """Return the statuses for a command. Raises ApiError 400."""
    items = references or []
    if len(items) > REFERENCES_MAX:
        raise wrong_value(OpenIncident, "components")
    for index, item in enumerate(items):
        if clean(item.component) is None:
            raise wrong_value(OpenIncident, f"components[{index}].component")
    return tuple(StatusGiven(cut_reference(i.component.strip()), i.status) for i in items)


def state_of_update(state: IncidentState) -> IncidentState:
    """Return the state. Raises ApiError 400 for `scheduled`, a state of maintenances only."""
    if state is IncidentState.SCHEDULED:
        raise wrong_value(PostUpdate, "state")
    return state


class LeafStatus(Answer, frozen=True):
    """A component and its status."""

    id: Id
    name: str
    status: Status


class OpenTrouble(Answer, frozen=True):
    """An incident that is not resolved."""

    id: Id
    title: str
    impact: Impact
    state: IncidentState
    started_at: Instant


class PageSummary(Answer, frozen=True):
    """The published page: the worst status, every leaf, and unresolved incidents."""

    overall: Status
    components: list[LeafStatus]
    incidents: list[OpenTrouble]


def page_summary(status_document: dict[str, Any]) -> PageSummary:
    """Return the parts of status.json for monitors."""
    incidents = [
        {**incident, "title": incident["name"]} for incident in status_document["incidents"]
    ]
    return PageSummary(
        status_document["status"]["indicator"],
        msgspec.convert(status_document["components"], list[LeafStatus]),
        msgspec.convert(incidents, list[OpenTrouble]),
    )
