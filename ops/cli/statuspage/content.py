"""The content of a Statuspage as its documents have it.

Facts: the public JSON (`/api/v2/`) and the manage API share these shapes. Unknown fields are
ignored, and every field but the ids may be missing.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec


class StatuspageError(Exception):
    """A source that can't be read; `str()` of it is one clear sentence."""


class Row(msgspec.Struct, frozen=True):
    """Base of rows: an instant without an offset is in UTC."""

    def __post_init__(self) -> None:
        """Give each instant its zone."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime) and value.tzinfo is None:
                msgspec.structs.force_setattr(self, name, value.replace(tzinfo=UTC))


class AffectedComponent(Row, frozen=True):
    """A component's new status in an update; without a code it is a remark."""

    code: str | None = None
    name: str | None = None
    new_status: str | None = None


class IncidentUpdate(Row, frozen=True):
    """An entry of an incident's timeline."""

    status: str | None = None
    body: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    display_at: datetime | None = None
    affected_components: tuple[AffectedComponent, ...] | None = None


class ComponentRow(Row, frozen=True):
    """A component, or a group of components."""

    id: str
    name: str | None = None
    status: str | None = None
    description: str | None = None
    position: float | None = None
    group: bool | None = False
    group_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class IncidentRow(Row, frozen=True):
    """An incident, or a maintenance if it has `scheduled_for`."""

    id: str
    name: str | None = None
    status: str | None = None
    impact: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    incident_updates: tuple[IncidentUpdate, ...] | None = ()
    components: tuple[ComponentRow, ...] | None = ()


class PageRow(Row, frozen=True):
    """The page of a document."""

    id: str = ""


class Content(msgspec.Struct, frozen=True):
    """The content of one or several documents; `notes` are sentences about missing ones."""

    page: PageRow = PageRow()
    components: tuple[ComponentRow, ...] = ()
    incidents: tuple[IncidentRow, ...] = ()
    scheduled_maintenances: tuple[IncidentRow, ...] = ()
    notes: tuple[str, ...] = ()


def decode_content(source: str, body: bytes, kind: Any = Content) -> Any:  # noqa: ANN401 - of `kind`
    """Return a document of `source` as a `kind`. Raises StatuspageError."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        message = f"{source} is not in the form of Statuspage: {error}."
    except (msgspec.DecodeError, UnicodeDecodeError):
        message = f"{source} is no JSON. Is it the address of a page on Statuspage?"
    raise StatuspageError(message)


def join_contents(*parts: Content) -> Content:
    """Return the content of several documents, each object once; earlier parts come first."""
    joined = {
        name: tuple(
            {row.id: row for part in reversed(parts) for row in getattr(part, name)}.values()
        )
        for name in ("components", "incidents", "scheduled_maintenances")
    }
    return Content(page=next((p.page for p in parts if p.page.id), PageRow()), **joined)
