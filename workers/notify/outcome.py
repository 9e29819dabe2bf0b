"""The outcome of an attempt to send a message."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has taken the message."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt failed; a later one may not. `after_s` is the pause that was asked for."""

    reason: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """Nothing was sent, for a reason of our own: it counts as no attempt."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """The address takes no messages any more."""

    reason: str


Outcome: TypeAlias = Sent | Retry | Postponed | Dead
