"""Facts of an operation derived from its method, path and description."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Protocol

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
LEAF = "c_" + TAIL.format("b")
CATEGORY = "c_" + TAIL.format("c")
INCIDENT = "i_" + TAIL.format("d")
UPDATE = "u_" + TAIL.format("e")
KEY = "k_" + TAIL.format("f")
RECEIPT = "r_" + TAIL.format("g")
ACCOUNT = "a_" + TAIL.format("h")
TEMPLATE = "t_" + TAIL.format("j")
MOUNT = "m_" + TAIL.format("k")
SLOT = "s_" + TAIL.format("m")
PREVIEW = "v_" + TAIL.format("p")
SESSION = "n_" + TAIL.format("n")

PATH_PARAMETERS = {
    "page_id": PathParameter("pageId", "A page of yours.", PAGE),
    "cid": PathParameter("componentId", "A component of the page.", LEAF),
    "iid": PathParameter("incidentId", "An incident or a maintenance of the page.", INCIDENT),
    "uid": PathParameter("updateId", "An update of the incident.", UPDATE),
    "kid": PathParameter("keyId", "A key of the page.", KEY),
    "tid": PathParameter("templateId", "A template of the page.", TEMPLATE),
    "mid": PathParameter("mountId", "A mount of the page.", MOUNT),
    "vid": PathParameter("previewId", "As `previewIncident` and its like tell it.", PREVIEW),
    "session_id": PathParameter("sessionId", "A session of the account.", SESSION),
    "rid": PathParameter("receiptId", "As `Location` said it.", RECEIPT),
}


PART = re.compile(r"\{(\w+)\}")
API = "/api/v1/"
OF_KEYS = ("NO_KEY", "BAD_KEY", "KEY_DISABLED", "PAGE_SUSPENDED")
OF_SESSIONS = ("NO_SESSION",)
OF_BODIES = ("VALIDATION", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "TOO_SLOW")
OF_PATHS = ("VALIDATION", "NOT_FOUND")
OF_WRITES = ("VALIDATION", "UNKNOWN")
OF_ALL = ("FAILED", "UNAVAILABLE", "RATE_LIMITED")


class RouteLike(Protocol):
    """A row of the route table: an address and its resource."""

    @property
    def path(self) -> str:
        """The path template with its parameters in braces."""

    @property
    def resource(self) -> type:
        """The resource class."""


@dataclass(frozen=True, slots=True)
class Call:
    """A described operation with its path and method."""

    path: str
    method: str
    operation: Operation

    @property
    def parts(self) -> dict[str, PathParameter]:
        """The path parameters by their names in the route table."""
        return {
            name: {**PATH_PARAMETERS, **self.operation.path_parts}[name]
            for name in PART.findall(self.path)
        }

    @property
    def public_path(self) -> str:
        """The path as the description writes it."""
        parts = self.parts
        return PART.sub(lambda match: "{" + parts[match[1]].name + "}", self.path)

    @property
    def is_logged(self) -> bool:
        """Whether the call appends a command: all writes do, except those under /auth.

        Previews append none.

        Source: docs/behaviour.md, "Idempotency".
        """
        if self.method == "get" or self.operation.is_preview:
            return False
        return not self.is_under_auth

    @property
    def is_of_accounts(self) -> bool:
        """Whether the call changes unlogged data: accounts, sessions, devices."""
        return self.method != "get" and self.is_under_auth

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


def responders(routes: Iterable[RouteLike]) -> Iterator[tuple[str, str, Operation | None]]:
    """Yield path, method and description (or None) of every API responder."""
    for route in routes:
        for method in METHODS:
            if route.path.startswith(API) and hasattr(route.resource, f"on_{method}"):
                yield route.path, method, operation_of(route.resource, method)


def calls(routes: Iterable[RouteLike]) -> list[Call]:
    """Return all described calls in the order of the route table."""
    return [Call(path, method, spec) for path, method, spec in responders(routes) if spec]


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
