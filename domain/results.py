"""The words of the command log: an entry that waits, and how it was settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Short codes of refusals, as the wire spells them. Source: docs/behaviour.md, "Codes"."""

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
    """Why a command was refused: a code for programs, a sentence for people, fields if any.

    `retry_at` says from when on the same would not be refused, where that is known.
    """

    code: Code
    error: str
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_at: datetime | None = None


class Outcome(StrEnum):
    """How a command was settled; failed means that a defect of ours met it."""

    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a stream as the log holds it.

    `at` is the time of its events (aware, UTC): when it was due, else when it was received.
    `received_at` never goes back within a stream.
    """

    seq: int
    id: str
    command: Any
    at: datetime
    cause: str | None = None
    received_at: datetime | None = None


class DuplicateIdError(Exception):
    """A minted id is in use already: a defect of whoever minted it, never a user's mistake."""


FAILURE = Rejection(Code.FAILED, "This could not be applied because of a defect on our side.")
