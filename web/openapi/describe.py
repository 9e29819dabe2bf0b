"""The description of one operation, at the responder that serves it.

From these, and from the types that decode and encode, `web.openapi` makes the one description of
the API. How to add a route: CONTRIBUTING.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

Responder = TypeVar("Responder", bound=Callable[..., Any])
METHODS = ("get", "post", "patch", "put", "delete")
JSON = "application/json"


class Who(StrEnum):
    """Who may ask: a monitor by its key, an owner by the session, either of them, or anybody."""

    MONITOR = "monitor"
    OWNER = "owner"
    EITHER = "either"
    ANYBODY = "anybody"


class Place(NamedTuple):
    """A part of a path: its name in the description, what it means, and an example."""

    name: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter of the query or a header: its type, what it means, and an example."""

    name: str
    type: Any
    meaning: str
    example: Any = None
    place: str = "query"


@dataclass(frozen=True, slots=True)
class Example:
    """A request that the tests send as it stands, and the `data` that it is answered with.

    Ids are those of `web.openapi.path_parameters`: tests put real ones in their place. What differs
    from one call to the next (ids, instants, secrets) is compared by its form only.
    """

    name: str
    data: Any
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """All that is said of one method of one address; `data` and `body` are types.

    `name` is for generated clients, `tag` a section of the documents; `refusals` names the codes
    that are special to it: those of its kind follow from the rest. Of several bodies it is one.
    `later` is the type of a 202's `data`, if that tells less. `is_rehearsal`: nothing is written.
    What is not told as `JSON` comes without the envelope: the `data` of its examples is its start.
    """

    name: str
    tag: str
    summary: str
    data: Any
    examples: tuple[Example, ...]
    note: str = ""
    body: Any = None
    status: int = 200
    who: Who = Who.OWNER
    given: tuple[Given, ...] = ()
    refusals: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    sets_cookie: bool = False
    has_receipt: bool = False
    media: str = JSON
    body_kib: int = 64
    later: Any = None
    is_rehearsal: bool = False

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The types that a body may have; none if there is no body."""
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
    """Return what is said of a resource's method, or None if nothing is."""
    found = getattr(getattr(resource, f"on_{method}", None), ATTRIBUTE, None)
    return found if isinstance(found, Operation) else None
