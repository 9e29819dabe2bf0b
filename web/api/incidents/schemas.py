"""Bodies of incidents and maintenances. Unknown fields are rejected.

Source: docs/behaviour.md, "Owner's API".
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.page.state import Incident, Update
from domain.status import Impact, IncidentKind, IncidentState
from domain.text import BODY_LIMIT, TITLE_LIMIT, clean, cut_reference
from web.api.monitor.schemas import (
    AT_MOST,
    REFERENCES_MAX,
    ComponentReference,
    Markdown,
    Reference,
    UpdateState,
)
from web.http.bodies import line, text
from web.http.errors import invalid
from web.http.wire import Answer, ComponentStatus, Id, Instant, component_statuses, to_answer

REASONABLE = {"pattern": "^20(0[1-9]|[1-9][0-9])-"}
STEPS = [IncidentState.IN_PROGRESS, IncidentState.RESOLVED]

Title = Annotated[str, line(TITLE_LIMIT)]
InstantInput = Annotated[datetime, msgspec.Meta(tz=True, extra_json_schema=REASONABLE)]
OCCURRENCE = msgspec.Meta(
    extra_json_schema={"description": "Between the opening and now; without it, now."}
)
END = msgspec.Meta(
    extra_json_schema={"description": "The end of the trouble; only with the state `resolved`."}
)


class OfKind(msgspec.Struct):
    """The field that selects the type of the body."""

    kind: str | None = None


class StatusOf(Reference, rename="camel", forbid_unknown_fields=True):
    """A status for a component, named by id or name."""


ComponentStatuses = Annotated[list[StatusOf] | None, AT_MOST]


class Planned(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A component, named by id or name."""

    component: ComponentReference


class NewIncident(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An incident to be opened; it may have started before."""

    title: Title
    kind: Literal["incident"] | None = None
    body: Markdown = None
    impact: Impact | None = None
    state: UpdateState = IncidentState.INVESTIGATING
    components: ComponentStatuses = None
    started_at: InstantInput | None = None
    resolved_at: Annotated[InstantInput | None, END] = None


class NewMaintenance(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A maintenance to be planned; its end lies behind its start."""

    title: Title
    kind: Literal["maintenance"]
    scheduled_start: InstantInput
    scheduled_end: InstantInput
    body: Markdown = None
    components: Annotated[list[ComponentReference | Planned] | None, AT_MOST] = None
    auto_start: bool = True
    auto_end: bool = True


class IncidentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of an incident or a maintenance; or `state` alone, to start or finish it."""

    needs_one: ClassVar[bool] = True
    rules: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"properties": {"state": {"type": "null"}}},
            {
                "properties": {"state": {"enum": STEPS}},
                "patternProperties": {"^(?!state$)": {"type": "null"}},
            },
        ]
    }

    title: Annotated[str | None, line(TITLE_LIMIT)] = None
    impact: Impact | None = None
    started_at: InstantInput | None = None
    scheduled_start: InstantInput | None = None
    scheduled_end: InstantInput | None = None
    auto_start: bool | None = None
    auto_end: bool | None = None
    state: IncidentState | None = None
    resolved_at: Annotated[InstantInput | None, END] = None


class NewUpdate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new update; `scheduled` is for a maintenance before its start."""

    state: IncidentState
    body: Markdown = None
    components: ComponentStatuses = None
    occurred_at: Annotated[InstantInput | None, OCCURRENCE] = None
    resolved_at: Annotated[InstantInput | None, END] = None


class UpdateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Other words for an update."""

    body: Annotated[str, text(BODY_LIMIT)]


def parse_kind(word: str | None) -> IncidentKind | None:
    """Return the kind with this name. Raises ApiError 400."""
    if word is None:
        return None
    try:
        return IncidentKind(word)
    except ValueError:
        raise invalid(f"kind must be one of {', '.join(IncidentKind)}.", "kind") from None


def to_leaf_references(components: list[ComponentReference | Planned] | None) -> tuple[str, ...]:
    """Return the component references of a maintenance. Raises ApiError 400."""
    items = components or []
    if len(items) > REFERENCES_MAX:
        raise invalid(f"components may have at most {REFERENCES_MAX} items.", "components")
    names = [clean(item if isinstance(item, str) else item.component) for item in items]
    if None in names:
        field = f"components[{names.index(None)}]"
        raise invalid(f"{field} is required.", field)
    return tuple(cut_reference(name) for name in names if name)


class UpdateView(Answer, frozen=True):
    """One entry of a timeline, with the statuses that it gave."""

    id: Id
    state: IncidentState
    body: str
    occurred_at: Instant
    posted_at: Instant
    edited_at: Instant | None
    components: list[ComponentStatus]


class LatestUpdate(Answer, frozen=True):
    """The newest update of an incident after a change of its updates; null without any."""

    latest_update: UpdateView | None


class IncidentView(Answer, frozen=True):
    """An incident or a maintenance: `components` are its claims, updates newest first."""

    id: Id
    kind: IncidentKind
    title: str
    impact: Impact
    state: IncidentState
    started_at: Instant
    posted_at: Instant
    updated_at: Instant
    resolved_at: Instant | None
    scheduled_start: Instant | None
    scheduled_end: Instant | None
    auto_start: bool
    auto_end: bool
    leaves: list[Id] = msgspec.field(name="planned")
    components: list[ComponentStatus]
    updates: list[UpdateView]


class IncidentList(Answer, frozen=True):
    """Some of a page's incidents, newest start first; more of them lie behind the cursor."""

    items: list[IncidentView]
    next_cursor: str | None


def incident_view(incident: Incident) -> IncidentView:
    """Return an incident as JSON."""
    return to_answer(
        IncidentView,
        incident,
        components=component_statuses(incident.held),
        updates=[update_view(update) for update in reversed(incident.updates)],
    )


def update_view(update: Update) -> UpdateView:
    """Return an update as JSON."""
    return to_answer(UpdateView, update, components=component_statuses(update.components))
