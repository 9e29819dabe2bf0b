"""Types that answers share: ids and instants in the API's format.

Source: docs/behaviour.md, "Ids, times and lists".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta

from domain.status import Status

Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[a-z]_[0-9a-z]{26}$"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Named(TypedDict):
    """The id of the written object; a 202 repeats the id of the path unchecked."""

    id: str


class Nothing(TypedDict):
    """Nothing is left to say."""


WORDS = dict.fromkeys(map(str, Status), str | None)
if TYPE_CHECKING:
    StatusWords = dict[str, str | None]
    SomeStatusWords = dict[str, str | None]
else:  # a field for each status, which a type checker could not list
    StatusWords = TypedDict("StatusWords", WORDS)
    StatusWords.__doc__ = "The label of each status; null is the default."
    SomeStatusWords = TypedDict("SomeStatusWords", WORDS, total=False)
    SomeStatusWords.__doc__ = "Those names of statuses that were given."


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
    return {name: labels.get(name) for name in WORDS}


def component_statuses(statuses: Mapping[str, Status]) -> list[ComponentStatus]:
    """Return the statuses of leaves in their order."""
    return [{"component": leaf, "status": status} for leaf, status in statuses.items()]
