"""Facts of an operation derived from its method, path and description."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from web.http.errors import ERROR_CODES
from web.http.paging import LIMIT, LIMIT_MAX
from web.openapi.describe import (
    METHODS,
    Audience,
    Operation,
    Parameter,
    PathParameter,
    operation_of,
)

TAIL = "01kar5t0q4c8v2n6x3m7b9d1f{}"
PAGE = "p_" + TAIL.format("a")
PAGE_ID = PathParameter("pageId", "A page of yours.", PAGE)
PART = re.compile(r"\{(\w+)\}")
API = "/api/v1/"
OF_KEYS = ("NO_KEY", "BAD_KEY", "KEY_DISABLED", "PAGE_SUSPENDED")
OF_SESSIONS = ("NO_SESSION",)
OF_BODIES = ("VALIDATION", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "TOO_SLOW")
OF_PATHS = ("VALIDATION", "NOT_FOUND")
OF_WRITES = ("VALIDATION", "UNKNOWN")
OF_ALL = ("FAILED", "UNAVAILABLE", "RATE_LIMITED")


Payload: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, str]
Sentence: TypeAlias = Callable[[Payload, Names], str]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """An address with its resource, and its path parameters but for `page_id`."""

    path: str
    resource: type
    parameters: Mapping[str, PathParameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the API.

    `routes` are resources by address, `parameters` the path parameters of these addresses but for
    `page_id`, and `sentences` those of the commands that the area appends, by kind.
    """

    routes: Mapping[str, type]
    parameters: Mapping[str, PathParameter] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A described operation with its path and method."""

    route: Route
    method: str
    operation: Operation

    @property
    def path(self) -> str:
        """The path template with its parameters in braces."""
        return self.route.path

    @property
    def parts(self) -> dict[str, PathParameter]:
        """The path parameters by their names in the route table."""
        parameters = {"page_id": PAGE_ID, **self.route.parameters}
        return {name: parameters[name] for name in PART.findall(self.path)}

    @property
    def public_path(self) -> str:
        """The path as the description writes it."""
        parts = self.parts
        return PART.sub(lambda match: "{" + parts[match[1]].name + "}", self.path)

    @property
    def is_logged(self) -> bool:
        """Whether the call appends a command: all writes do, except those under /auth.

        Previews append none, and neither do changes of subscribers.

        Source: docs/behaviour.md, "Idempotency".
        """
        if self.method == "get" or self.operation.is_preview:
            return False
        return not (self.is_under_auth or self.operation.is_direct)

    @property
    def is_of_accounts(self) -> bool:
        """Whether the call changes unlogged data: accounts, sessions, devices, subscribers."""
        return self.method != "get" and (self.is_under_auth or self.operation.is_direct)

    @property
    def is_under_auth(self) -> bool:
        """Whether the address is below /auth."""
        return self.path.startswith(f"{API}auth/")

    @property
    def has_receipt(self) -> bool:
        """Whether an answer names a receipt, as all logged writes do."""
        return self.is_logged or self.operation.has_receipt

    @property
    def codes(self) -> list[str]:
        """All error codes of the call in the order of the table."""
        return [code for code in ERROR_CODES if code in self._codes()]

    def _codes(self) -> set[str]:
        who, changes = self.operation.who, self.method != "get"
        return {
            *self.operation.refusals,
            *OF_ALL,
            *(OF_KEYS if who in {Audience.MONITOR, Audience.EITHER} else ()),
            *(OF_SESSIONS if who in {Audience.OWNER, Audience.EITHER} else ()),
            *(("BAD_ORIGIN",) if who is Audience.OWNER and changes else ()),
            *(OF_BODIES if self.operation.body else ()),
            *(OF_PATHS if "{" in self.path else ()),
            *(("VALIDATION",) if self.operation.parameters else ()),
            *(OF_WRITES if self.is_logged else ()),
            *(("UNKNOWN",) if self.has_receipt or self.is_of_accounts else ()),
            *(("CONFLICT",) if self.is_logged and self.operation.body else ()),
        }


def responders(routes: Iterable[Route]) -> Iterator[tuple[Route, str, Operation | None]]:
    """Yield route, method and description (or None) of every API responder."""
    for route in routes:
        for method in METHODS:
            if route.path.startswith(API) and hasattr(route.resource, f"on_{method}"):
                yield route, method, operation_of(route.resource, method)


def calls(routes: Iterable[Route]) -> list[Call]:
    """Return all described calls in the order of the route table."""
    return [Call(route, method, spec) for route, method, spec in responders(routes) if spec]


LIMIT_PARAMETER = Parameter(
    "limit",
    Annotated[int, Meta(ge=1, le=LIMIT_MAX)],
    f"How many at most; {LIMIT} if not given.",
    LIMIT,
)


def cursor_of(format_: str) -> Parameter:
    """Return the `cursor` parameter of a list; `format_` is its JSON Schema format."""
    cursor_type = Annotated[str, Meta(extra_json_schema={"format": format_})]
    return Parameter("cursor", cursor_type, "The `nextCursor` of the answer before.")
