"""Bodies of the owner's incidents and maintenances. Unknown fields are refused.

Source: docs/behaviour.md, "Owner's API".
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from domain.status import Impact, IncidentKind, IncidentState
from domain.text import BODY_LIMIT, TITLE_LIMIT, clean, cut_reference
from web.api.monitor.schemas import AT_MOST, REFERENCES_MAX, Named, Reference, StateSaid, Words
from web.http.bodies import line, text
from web.http.errors import invalid

YEARS = (2000, 2100)  # beyond that an instant is a mistake, and some zone can't write it
REASONABLE = {"pattern": "^20(0[1-9]|[1-9][0-9])-"}
STEPS = [IncidentState.IN_PROGRESS, IncidentState.RESOLVED]

Title = Annotated[str, line(TITLE_LIMIT)]
Instant = Annotated[datetime, msgspec.Meta(tz=True, extra_json_schema=REASONABLE)]


class OfKind(msgspec.Struct):
    """The one field that tells which body it is."""

    kind: str | None = None


class StatusOf(Reference, rename="camel", forbid_unknown_fields=True):
    """A status for a component, named by id or name."""


Given = Annotated[list[StatusOf] | None, AT_MOST]


class Planned(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A component, named by id or name."""

    component: Named


class NewIncident(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """An incident to be opened; it may have started before."""

    title: Title
    kind: Literal["incident"] | None = None
    body: Words = None
    impact: Impact | None = None
    state: StateSaid = IncidentState.INVESTIGATING
    components: Given = None
    started_at: Instant | None = None


class NewMaintenance(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A maintenance to be planned; its end lies behind its start."""

    title: Title
    kind: Literal["maintenance"]
    scheduled_start: Instant
    scheduled_end: Instant
    body: Words = None
    components: Annotated[list[Named | Planned] | None, AT_MOST] = None
    auto_start: bool = True
    auto_end: bool = True


class IncidentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What to change of an incident or a maintenance; or `state`, alone: start it, finish it."""

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
    started_at: Instant | None = None
    scheduled_start: Instant | None = None
    scheduled_end: Instant | None = None
    auto_start: bool | None = None
    auto_end: bool | None = None
    state: IncidentState | None = None


class NewUpdate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What is new; `scheduled` goes with a maintenance that waits."""

    state: IncidentState
    body: Words = None
    components: Given = None


class UpdateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Other words for an update."""

    body: Annotated[str, text(BODY_LIMIT)]


def kind_of(word: str | None) -> IncidentKind | None:
    """Return the kind that a word names. Raises ApiError 400."""
    if word is None:
        return None
    try:
        return IncidentKind(word)
    except ValueError:
        raise invalid(f"kind must be one of {', '.join(IncidentKind)}.", "kind") from None


def planned_leaves(listed: list[Named | Planned] | None) -> tuple[str, ...]:
    """Return the references of a maintenance. Raises ApiError 400."""
    items = listed or []
    if len(items) > REFERENCES_MAX:
        raise invalid(f"components may have at most {REFERENCES_MAX} items.", "components")
    names = [clean(item if isinstance(item, str) else item.component) for item in items]
    if None in names:
        field = f"components[{names.index(None)}]"
        raise invalid(f"{field} is required.", field)
    return tuple(cut_reference(name) for name in names if name)


def instant(at: datetime | None, field: str) -> datetime | None:
    """Return an instant in UTC, to the millisecond. Raises ApiError 400 for one out of reason."""
    return None if at is None else required_instant(at, field)


def required_instant(at: datetime, field: str) -> datetime:
    """Return an instant in UTC, to the millisecond. Raises ApiError 400 for one out of reason."""
    if not YEARS[0] < at.year < YEARS[1]:
        raise invalid(f"{field} must lie between the years {YEARS[0]} and {YEARS[1]}.", field)
    millis = at.microsecond // 1_000 * 1_000
    return at.astimezone(UTC).replace(microsecond=millis)
