"""Bodies of the monitor's API. Unknown fields are ignored.

Source: docs/behaviour.md, "Monitor's API".
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from domain.page.commands import StatusGiven
from domain.status import Impact, IncidentState, Status
from domain.text import BODY_LIMIT, NOT_BLANK, TITLE_LIMIT, clean, cut_reference
from web.http.bodies import line, text
from web.http.errors import invalid
from web.http.wire import Answer, Id, Instant

REFERENCES_MAX = 500


Markdown = Annotated[
    str | None,
    text(
        BODY_LIMIT,
        "The words, in Markdown without headings, pictures, tables and raw HTML;"
        " an address by itself is a link as `<https://…>`.",
    ),
]
ComponentReference = Annotated[
    str, msgspec.Meta(extra_json_schema={"pattern": NOT_BLANK, "description": "An id or a name."})
]


class Reference(msgspec.Struct, rename="camel"):
    """A status for a component, named by id or name."""

    component: ComponentReference
    status: Status


AT_MOST = msgspec.Meta(extra_json_schema={"maxItems": REFERENCES_MAX})
References = Annotated[list[Reference] | None, AT_MOST]
UPDATE_STATES = [state for state in IncidentState if state is not IncidentState.SCHEDULED]
UpdateState = Annotated[IncidentState, msgspec.Meta(extra_json_schema={"enum": UPDATE_STATES})]


class OpenIncident(msgspec.Struct, rename="camel"):
    """An incident to be opened."""

    title: Annotated[str, line(TITLE_LIMIT)]
    impact: Impact | None = None
    body: Markdown = None
    components: References = None


class PostUpdate(msgspec.Struct, rename="camel"):
    """A new update of an incident."""

    state: UpdateState
    body: Markdown = None
    components: References = None


class SetStatus(msgspec.Struct, rename="camel"):
    """A new status of a component."""

    status: Status


def to_statuses(references: Sequence[Reference] | None) -> tuple[StatusGiven, ...]:
    """Return the statuses for a command. Raises ApiError 400."""
    items = references or []
    if len(items) > REFERENCES_MAX:
        raise invalid(f"components may have at most {REFERENCES_MAX} items.", "components")
    for index, item in enumerate(items):
        if clean(item.component) is None:
            field = f"components[{index}].component"
            raise invalid(f"{field} is required.", field)
    return tuple(StatusGiven(cut_reference(i.component.strip()), i.status) for i in items)


def state_of_update(state: IncidentState) -> IncidentState:
    """Return the state. Raises ApiError 400 for `scheduled`, a state of maintenances only."""
    if state is IncidentState.SCHEDULED:
        raise invalid("state can't be scheduled: only a planned maintenance is.", "state")
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
