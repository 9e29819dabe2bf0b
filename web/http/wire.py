"""Words that answers share: ids and instants as the wire writes them.

Source: docs/behaviour.md, "Ids, times and lists".
"""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from msgspec import Meta

from domain.status import Status

Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[a-z]_[0-9a-z]{26}$"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Named(TypedDict):
    """What was written, by its id; a 202 echoes that of the path, whether it is there or not."""

    id: str


class Nothing(TypedDict):
    """Nothing is left to say."""


class StatusWords(TypedDict):
    """What each status is called; null is the default."""

    operational: str | None
    maintenance: str | None
    degraded: str | None
    partial: str | None
    outage: str | None


class ComponentStatus(TypedDict):
    """A component, and a status of it."""

    component: str
    status: Status


def named(identifier: str) -> Named:
    """Return an id as data."""
    return {"id": identifier}


def status_words(words: Mapping[Status, str] | Mapping[str, str]) -> StatusWords:
    """Return what each status is called."""
    told = {str(status): word for status, word in words.items()}
    return {
        "operational": told.get("operational"),
        "maintenance": told.get("maintenance"),
        "degraded": told.get("degraded"),
        "partial": told.get("partial"),
        "outage": told.get("outage"),
    }


def component_statuses(statuses: Mapping[str, Status]) -> list[ComponentStatus]:
    """Return statuses of leaves, in their order."""
    return [{"component": leaf, "status": status} for leaf, status in statuses.items()]
