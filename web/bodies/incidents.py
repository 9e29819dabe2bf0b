"""Bodies of the owner's incidents and maintenances. Unknown fields are refused. SPEC section 6."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from domain.status import Impact, IncidentKind, IncidentState
from domain.text import BODY_LIMIT, TITLE_LIMIT
from web.bodies.monitor import REFERENCES_MAX, Reference
from web.errors import invalid
from web.media import text

YEARS = (2000, 2100)  # beyond that an instant is a mistake, and some zone can't write it
KIND_LIMIT = 20

Title = Annotated[str, text(TITLE_LIMIT)]
Words = Annotated[str | None, text(BODY_LIMIT)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class OfKind(msgspec.Struct):
    """The one field that tells which body it is."""

    kind: Annotated[str | None, text(KIND_LIMIT)] = None


class StatusOf(Reference, rename="camel", forbid_unknown_fields=True):
    """A status for a component, named by id or name."""


class Component(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A component, named by id or name."""

    component: str


class NewIncident(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/incidents` of kind incident."""

    title: Title
    kind: str | None = None
    body: Words = None
    impact: Impact | None = None
    state: IncidentState = IncidentState.INVESTIGATING
    components: list[StatusOf] | None = None
    started_at: Instant | None = None


class NewMaintenance(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/incidents` of kind maintenance."""

    title: Title
    scheduled_start: Instant
    scheduled_end: Instant
    kind: str | None = None
    body: Words = None
    components: list[str | Component] | None = None
    auto_start: bool = True
    auto_end: bool = True


class IncidentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/incidents/:iid`."""

    title: Annotated[str | None, text(TITLE_LIMIT)] = None
    impact: Impact | None = None
    started_at: Instant | None = None
    scheduled_start: Instant | None = None
    scheduled_end: Instant | None = None
    auto_start: bool | None = None
    auto_end: bool | None = None
    state: IncidentState | None = None


class NewUpdate(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/incidents/:iid/updates`."""

    state: IncidentState
    body: Words = None
    components: list[StatusOf] | None = None


class UpdateChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/incidents/:iid/updates/:uid`."""

    body: Annotated[str, text(BODY_LIMIT)]


def kind_of(word: str | None) -> IncidentKind | None:
    """Return the kind that a word names. Raises ApiError 400."""
    if word is None:
        return None
    try:
        return IncidentKind(word)
    except ValueError:
        raise invalid(f"kind must be one of {', '.join(IncidentKind)}.", "kind") from None


def planned_leaves(listed: list[str | Component] | None) -> tuple[str, ...]:
    """Return the references of a maintenance. Raises ApiError 400."""
    items = listed or []
    if len(items) > REFERENCES_MAX:
        raise invalid(f"components may have at most {REFERENCES_MAX} items.", "components")
    names = [(item if isinstance(item, str) else item.component).strip() for item in items]
    if "" in names:
        field = f"components[{names.index('')}]"
        raise invalid(f"{field} is required.", field)
    return tuple(names)


def instant(at: datetime | None, field: str) -> datetime | None:
    """Return an instant in UTC, to the millisecond. Raises ApiError 400 for one out of reason."""
    return None if at is None else required_instant(at, field)


def required_instant(at: datetime, field: str) -> datetime:
    """Return an instant in UTC, to the millisecond. Raises ApiError 400 for one out of reason."""
    if not YEARS[0] < at.year < YEARS[1]:
        raise invalid(f"{field} must lie between the years {YEARS[0]} and {YEARS[1]}.", field)
    millis = at.microsecond // 1_000 * 1_000
    return at.astimezone(UTC).replace(microsecond=millis)
