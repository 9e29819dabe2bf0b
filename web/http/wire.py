"""Types that answers share: ids and instants in the API's format.

Source: docs/behaviour.md, "Ids, times and lists".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.calendar import iso
from domain.status import Status

Kind = TypeVar("Kind", bound=msgspec.Struct)
Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[a-z]_[0-9a-z]{26}$"})]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """Base of answers: fields in the order of the wire."""


class DeliveryNumbers(Answer, frozen=True):
    """The subscribers that hear of something, and its deliveries by status."""

    recipients: int = 0
    waiting: int = 0
    sent_count: int = msgspec.field(name="sent", default=0)
    failed: int = 0
    quarantined: int = 0
    suppressed: int = 0


class Named(Answer, frozen=True):
    """The id of the written object; a 202 repeats the id of the path unchecked."""

    id: str


class Written(Answer, frozen=True):
    """The id of the written object; `ignored` are references that match no component, if any."""

    id: str
    ignored: list[str] | UnsetType = UNSET


class Posted(Answer, frozen=True):
    """The id of the update; of a repeat, that of the newest one, or null."""

    id: str | None
    ignored: list[str] | UnsetType = UNSET
    unchanged: Literal[True] | UnsetType = UNSET


class Nothing(Answer, frozen=True):
    """Nothing is left to say."""


if TYPE_CHECKING:

    class StatusWords(Answer, frozen=True):
        """The label of each status; null is the default."""

        def __init__(self, **labels: str | None) -> None: ...

else:  # a field for each status, which a type checker could not list
    StatusWords = msgspec.defstruct(
        "StatusWords",
        [(status.value, str | None) for status in Status],
        bases=(Answer,),
        namespace={"__doc__": "The label of each status; null is the default."},
        frozen=True,
    )


class ComponentStatus(Answer, frozen=True):
    """A component, and a status of it."""

    component: str
    status: Status


def to_answer(kind: type[Kind], state: Any, /, **computed: Any) -> Kind:  # noqa: ANN401 - any state, any field
    """Return an answer with the fields of `state` of the same names, but for `computed` ones."""
    names = (name for name in kind.__struct_fields__ if name not in computed)
    values = {name: getattr(state, name) for name in names} | computed
    return kind(**{name: to_wire(value) for name, value in values.items()})


def to_wire(value: Any) -> Any:  # noqa: ANN401 - the value of a field
    """Return an instant in the API's format, and any other value as it is."""
    return iso(value) if isinstance(value, datetime) else value


def status_words(labels: Mapping[str, str]) -> StatusWords:
    """Return the label of each status."""
    return StatusWords(**{status.value: labels.get(status) for status in Status})


def component_statuses(statuses: Mapping[str, Status]) -> list[ComponentStatus]:
    """Return the statuses of leaves in their order."""
    return [ComponentStatus(leaf, status) for leaf, status in statuses.items()]


def delivery_numbers(counts: Any) -> DeliveryNumbers:  # noqa: ANN401 - the counts of a report
    """Return the counts of a delivery report as JSON."""
    return DeliveryNumbers(
        counts.recipients,
        counts.waiting,
        counts.sent,
        counts.failed,
        counts.quarantined,
        counts.suppressed,
    )
