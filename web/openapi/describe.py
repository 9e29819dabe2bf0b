"""The description of one operation, attached to its responder.

`web.openapi` builds the API description from these and from the body and answer types. How to add a
route: CONTRIBUTING.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

Responder = TypeVar("Responder", bound=Callable[..., Any])
METHODS = ("get", "post", "patch", "put", "delete")
JSON = "application/json"


class Audience(StrEnum):
    """The audience of an operation: monitors by key, owners by session, both, or all."""

    MONITOR = "monitor"
    OWNER = "owner"
    EITHER = "either"
    ANYBODY = "anybody"


class PathParameter(NamedTuple):
    """A path parameter: its name in the description, meaning and example."""

    name: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or header parameter: its type, meaning and example."""

    name: str
    type: Any
    meaning: str
    example: Any = None
    location: str = "query"


@dataclass(frozen=True, slots=True)
class Example:
    """A request that the tests send unchanged, and the `data` of its answer.

    Ids are those of `web.openapi.path_parameters`: tests substitute real ones. Values that differ
    from call to call (ids, instants, secrets) are compared by their form only.
    """

    name: str
    data: Any
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """The description of one method of one address; `data` and `body` are types.

    `name` is for generated clients, `tag` is a section of the document. `refusals` lists the error
    codes special to the operation; common ones are derived. A tuple of bodies means one of them.
    `later` is the type of a 202's `data`, if that holds less. `is_preview`: nothing is written. An
    answer of another media type than `JSON` has no envelope; its examples hold the start.
    """

    name: str
    tag: str
    summary: str
    data: Any
    examples: tuple[Example, ...]
    note: str = ""
    body: Any = None
    status: int = 200
    who: Audience = Audience.OWNER
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[str, ...] = ()
    path_parts: Mapping[str, PathParameter] = field(default_factory=dict)
    sets_cookie: bool = False
    has_receipt: bool = False
    media: str = JSON
    body_kib: int = 64
    later: Any = None
    is_preview: bool = False

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The possible types of the body; empty without a body."""
        if self.body is None:
            return ()
        return self.body if isinstance(self.body, tuple) else (self.body,)


def describes(operation: Operation) -> Callable[[Responder], Responder]:
    """Attach a description to a responder."""

    def attach(responder: Responder) -> Responder:
        setattr(responder, ATTRIBUTE, operation)
        return responder

    return attach


ATTRIBUTE = "operation"


def operation_of(resource: type, method: str) -> Operation | None:
    """Return the description of a resource's method, or None."""
    operation = getattr(getattr(resource, f"on_{method}", None), ATTRIBUTE, None)
    return operation if isinstance(operation, Operation) else None
