"""Types that answers share: ids and instants in the API's format.

Source: docs/behaviour.md, "Ids, times and lists".
"""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from msgspec import Meta

from domain.status import Status

Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[a-z]_[0-9a-z]{26}$"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Named(TypedDict):
    """The id of the written object; a 202 repeats the id of the path unchecked."""

    id: str


class Nothing(TypedDict):
    """Nothing is left to say."""


class StatusWords(TypedDict):
    """The label of each status; null is the default."""

    operational: str | None
    maintenance: str | None
    degraded: str | None
    partial: str | None
    outage: str | None


class ComponentStatus(TypedDict):
    """A component, and a status of it."""

    component: str
    status: Status


def to_id_data(identifier: str) -> Named:
    """Return an id as data."""
    return {"id": identifier}


def status_words(labels_by_status: Mapping[Status, str] | Mapping[str, str]) -> StatusWords:
    """Return the label of each status."""
    labels = {str(status): word for status, word in labels_by_status.items()}
    return {
        "operational": labels.get("operational"),
        "maintenance": labels.get("maintenance"),
        "degraded": labels.get("degraded"),
        "partial": labels.get("partial"),
        "outage": labels.get("outage"),
    }


def component_statuses(statuses: Mapping[str, Status]) -> list[ComponentStatus]:
    """Return the statuses of leaves in their order."""
    return [{"component": leaf, "status": status} for leaf, status in statuses.items()]
