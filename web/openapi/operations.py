"""What follows for an operation from its method, its path and its description."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from web.http.error_codes import REFUSALS
from web.openapi.describe import METHODS, Operation, Place, Who, operation_of
from web.openapi.path_parameters import PLACES

PART = re.compile(r"\{(\w+)\}")
API = "/api/v1/"
OF_KEYS = ("NO_KEY", "BAD_KEY", "KEY_DISABLED", "PAGE_SUSPENDED")
OF_SESSIONS = ("NO_SESSION",)
OF_BODIES = ("VALIDATION", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "TOO_SLOW")
OF_PATHS = ("VALIDATION", "NOT_FOUND")
OF_WRITES = ("VALIDATION", "UNKNOWN")
OF_ALL = ("FAILED", "UNAVAILABLE", "RATE_LIMITED")


class Routed(Protocol):
    """An address and its resource: what a row of the route table tells."""

    @property
    def path(self) -> str:
        """The template, with its parts in braces."""

    @property
    def resource(self) -> type:
        """What serves it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A described operation at its place in the route table."""

    path: str
    method: str
    said: Operation

    @property
    def parts(self) -> dict[str, Place]:
        """The parts of the path, by their names in the route table."""
        return {name: {**PLACES, **self.said.places}[name] for name in PART.findall(self.path)}

    @property
    def public_path(self) -> str:
        """The path as the description writes it."""
        parts = self.parts
        return PART.sub(lambda found: "{" + parts[found[1]].name + "}", self.path)

    @property
    def is_logged(self) -> bool:
        """Whether it is a write of the log: all are, but those under /auth.

        What only finds out what a write would do is none.

        Source: docs/behaviour.md, "Idempotency".
        """
        if self.method == "get" or self.said.is_rehearsal:
            return False
        return not self.is_under_auth

    @property
    def is_of_accounts(self) -> bool:
        """Whether it changes what is in no log: accounts, sessions, devices."""
        return self.method != "get" and self.is_under_auth

    @property
    def is_under_auth(self) -> bool:
        """Whether its address is one of those of accounts."""
        return self.path.startswith(f"{API}auth/")

    @property
    def has_receipt(self) -> bool:
        """Whether an answer tells a receipt: that of a write of the log."""
        return self.is_logged or self.said.has_receipt

    @property
    def codes(self) -> list[str]:
        """Every code of a refusal that it can be answered with, in the order of the table."""
        return [code for code in REFUSALS if code in self._codes()]

    def _codes(self) -> set[str]:
        who, changes = self.said.who, self.method != "get"
        return {
            *self.said.refusals,
            *OF_ALL,
            *(OF_KEYS if who in {Who.MONITOR, Who.EITHER} else ()),
            *(OF_SESSIONS if who in {Who.OWNER, Who.EITHER} else ()),
            *(("BAD_ORIGIN",) if who is Who.OWNER and changes else ()),
            *(OF_BODIES if self.said.body else ()),
            *(OF_PATHS if "{" in self.path else ()),
            *(("VALIDATION",) if self.said.given else ()),
            *(OF_WRITES if self.is_logged else ()),
            *(("UNKNOWN",) if self.has_receipt or self.is_of_accounts else ()),
            *(("CONFLICT",) if self.is_logged and self.said.body else ()),
        }


def responders(routes: Iterable[Routed]) -> Iterator[tuple[str, str, Operation | None]]:
    """Tell every method of every address of the API, with what is said of it, if anything is."""
    for route in routes:
        for method in METHODS:
            if route.path.startswith(API) and hasattr(route.resource, f"on_{method}"):
                yield route.path, method, operation_of(route.resource, method)


def calls(routes: Iterable[Routed]) -> list[Call]:
    """Return what is described, in the order of the route table."""
    return [Call(path, method, said) for path, method, said in responders(routes) if said]
