"""Results of commands: log entries, outcomes, rejections and error codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Code(StrEnum):
    """Short error codes as the wire spells them.

    Source: docs/behaviour.md, "Codes".
    """

    VALIDATION = "VALIDATION"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    NO_FREE_SLOT = "NO_FREE_SLOT"
    COMPONENT_LIMIT = "COMPONENT_LIMIT"
    TEXT_LIMIT = "TEXT_LIMIT"
    INSUFFICIENT_TOKENS = "INSUFFICIENT_TOKENS"
    RATE_LIMITED = "RATE_LIMITED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The reason for a refusal: a code, a sentence, and fields if any.

    `retry_at` is when the same command would no longer be refused, if that is known.
    """

    code: Code
    error: str
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remarks:
    """Facts of an applied command that its answer tells.

    `ignored` are the references that match no leaf. `unchanged`: it was an update that says nothing
    new, and `update_id` is that of the incident's newest update, if it has one.
    """

    ignored: tuple[str, ...] = ()
    unchanged: bool = False
    update_id: str | None = None


class Outcome(StrEnum):
    """The outcome of a command; `failed` means a defect in our code."""

    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a stream, as stored in the log.

    `at` is the time of its events (aware, UTC): its due time, else its time of receipt.
    `received_at` never goes back within a stream.
    """

    seq: int
    id: str
    command: Any
    at: datetime
    cause: str | None = None
    received_at: datetime | None = None


class DuplicateIdError(Exception):
    """A new id already exists: a defect of its caller, not a user error."""


FAILURE = Rejection(Code.FAILED, "This could not be applied because of a defect on our side.")


ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
ENTROPY_BYTES: Final = 10


def make_id(prefix: str, millis: int, entropy: bytes) -> str:
    """Return an id of `prefix`, Unix time in milliseconds and 10 random bytes."""
    number = (millis << 80) | int.from_bytes(entropy)
    digits = (ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{''.join(digits)}"
