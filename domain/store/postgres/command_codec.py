"""Commands as the log stores them: a kind and a JSON payload."""

from typing import Any

import msgspec

from domain.account.commands import COMMANDS as ACCOUNT_COMMANDS
from domain.page.commands import COMMANDS as PAGE_COMMANDS

KINDS: dict[str, type[Any]] = {**PAGE_COMMANDS, **ACCOUNT_COMMANDS}


class UnknownKindError(Exception):
    """The log holds a command that no code here knows."""


def encode_command(command: Any) -> tuple[str, str]:  # noqa: ANN401 - any command
    """Return a command's kind and its payload as JSON text."""
    return type(command).__name__, msgspec.json.encode(command).decode()


def decode_command(kind: str, payload: str | bytes) -> Any:  # noqa: ANN401 - any command
    """Return the command of a row's kind and payload.

    Raises UnknownKindError for a kind without code, msgspec.ValidationError for a payload
    that does not fit.
    """
    if kind not in KINDS:
        raise UnknownKindError(kind)
    return msgspec.json.decode(payload, type=KINDS[kind])
