"""Bodies of incidents and maintenances. Unknown fields are rejected.

Source: docs/behaviour.md, "Owner's API".
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.page.state import Incident, Update
from domain.status import Impact, IncidentKind, IncidentState
from domain.store.postgres.notifications.delivery_report import NO_DELIVERIES, DeliveryCounts
from domain.text import BODY_LIMIT, TITLE_LIMIT, clean, cut_reference
from web.api import field_sentences as says
from web.api.field_sentences import REFERENCES_MAX
from web.api.monitor.schemas import (
    AT_MOST,
    ComponentReference,
    Markdown,
    Reference,
    UpdateState,
)
from web.http.bodies import line, text, wrong_value
from web.http.wire import (
    Answer,
    ComponentStatus,
    DeliveryNumbers,
    Id,
    Instant,
    component_statuses,
    delivery_numbers,
    to_answer,
)

REASONABLE = {"pattern": "^20(0[1-9]|[1-9][0-9])-"}
STEPS = [IncidentState.IN_PROGRESS, IncidentState.RESOLVED]

Title = Annotated[str, line(TITLE_LIMIT), says.TITLE]
InstantInput = Annotated[datetime, msgspec.Meta(tz=True, extra_json_schema=REASONABLE)]
OCCURRENCE = msgspec.Meta(
    extra_json_schema={"description": "Between the opening and now; without it, now."}
)
END = msgspec.Meta(
    extra_json_schema={"description": "The end of the trouble; only with the state `resolved`."}
)


class OfKind(msgspec.Struct):
    """The field that selects the type of the body."""

    kind: Annotated[str | None, says.KIND] = None


class StatusOf(Reference, rename="camel", forbid_unknown_fields=True):
    """A status for a component, named by id or name."""


ComponentStatuses = Annotated[list[StatusOf] | None, AT_MOST, says.REFERENCES]


class Planned(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A component, named by id or name."""

    component: ComponentReference


class NewIncident(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An incident to be opened; it may have started before."""

    title: Title
    kind: Annotated[Literal["incident"] | None, says.KIND] = None
    body: Markdown = None
    impact: Annotated[Impact | None, says.IMPACT] = None
    state: UpdateState = IncidentState.INVESTIGATING
    components: ComponentStatuses = None
    started_at: Annotated[InstantInput | None, says.STARTED_AT] = None
    resolved_at: Annotated[InstantInput | None, END, says.RESOLVED_AT] = None
    notify: Annotated[bool | None, says.NOTIFY] = None


class NewMaintenance(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A maintenance to be planned; its end lies behind its start."""

    title: Title
    kind: Annotated[Literal["maintenance"], says.KIND]
    scheduled_start: Annotated[InstantInput, says.SCHEDULED_START]
    scheduled_end: Annotated[InstantInput, says.SCHEDULED_END]
    body: Markdown = None
    components: Annotated[list[ComponentReference | Planned] | None, AT_MOST, says.LEAVES] = None
    auto_start: Annotated[bool, says.AUTO_START] = True
    auto_end: Annotated[bool, says.AUTO_END] = True
    notify: Annotated[bool | None, says.NOTIFY] = None


class IncidentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of an incident or a maintenance; or `state`, to start or finish it."""

    needs_one: ClassVar[bool] = True
    rules: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"properties": {"state": {"type": "null"}}},
            {
                "properties": {"state": {"enum": STEPS}},
                "patternProperties": {"^(?!(state|notify)$)": {"type": "null"}},
            },
        ]
    }

    title: Annotated[str | None, line(TITLE_LIMIT), says.TITLE] = None
    impact: Annotated[Impact | None, says.IMPACT] = None
    started_at: Annotated[InstantInput | None, says.STARTED_AT] = None
    scheduled_start: Annotated[InstantInput | None, says.SCHEDULED_START] = None
    scheduled_end: Annotated[InstantInput | None, says.SCHEDULED_END] = None
    auto_start: Annotated[bool | None, says.AUTO_START] = None
    auto_end: Annotated[bool | None, says.AUTO_END] = None
    state: Annotated[IncidentState | None, says.STEP] = None
    resolved_at: Annotated[InstantInput | None, END, says.RESOLVED_AT] = None
    notify: Annotated[bool | None, says.NOTIFY] = None


class NewUpdate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new update; `scheduled` is for a maintenance before its start."""

    state: Annotated[IncidentState, says.ANY_STATE]
    body: Markdown = None
    components: ComponentStatuses = None
    occurred_at: Annotated[InstantInput | None, OCCURRENCE, says.OCCURRED_AT] = None
    resolved_at: Annotated[InstantInput | None, END, says.RESOLVED_AT] = None
    notify: Annotated[bool | None, says.NOTIFY] = None


class UpdateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A corrected message of an update."""

    body: Annotated[str, text(BODY_LIMIT), says.MESSAGE]
    notify: Annotated[bool | None, says.NOTIFY] = None


def parse_kind(word: str | None) -> IncidentKind | None:
    """Return the kind with this name. Raises ApiError 400."""
    if word is None:
        return None
    try:
        return IncidentKind(word)
    except ValueError:
        raise wrong_value(OfKind, "kind") from None


def to_leaf_references(components: list[ComponentReference | Planned] | None) -> tuple[str, ...]:
    """Return the component references of a maintenance. Raises ApiError 400."""
    items = components or []
    if len(items) > REFERENCES_MAX:
        raise wrong_value(NewMaintenance, "components")
    names = [clean(item if isinstance(item, str) else item.component) for item in items]
    if None in names:
        raise wrong_value(NewMaintenance, f"components[{names.index(None)}]")
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
    notifies: bool = msgspec.field(name="notify")
    leaves: list[Id] = msgspec.field(name="planned")
    components: list[ComponentStatus]
    notifications: DeliveryNumbers
    updates: list[UpdateView]


class IncidentList(Answer, frozen=True):
    """Some of a page's incidents, newest start first; more of them lie behind the cursor."""

    items: list[IncidentView]
    next_cursor: str | None


def incident_view(incident: Incident, counts: DeliveryCounts = NO_DELIVERIES) -> IncidentView:
    """Return an incident as JSON."""
    return to_answer(
        IncidentView,
        incident,
        components=component_statuses(incident.held),
        notifications=delivery_numbers(counts),
        updates=[update_view(update) for update in reversed(incident.updates)],
    )


def update_view(update: Update) -> UpdateView:
    """Return an update as JSON."""
    return to_answer(UpdateView, update, components=component_statuses(update.components))
