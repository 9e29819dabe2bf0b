"""Commands from bodies, where their fields agree by name."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from web.http.bodies import nullable_fields, wrong_value

Command = TypeVar("Command")
YEARS = (2000, 2100)  # an instant outside is a mistake, and some zones can't express it


def build_command(kind: type[Command], body: msgspec.Struct, /, **other: Any) -> Command:  # noqa: ANN401 - any field
    """Return a command with the fields of a body of the same names, and `other` ones.

    Raises ApiError 400 for an instant that is a mistake.
    """
    names = {field.name for field in fields(kind)} - other.keys()  # type: ignore[arg-type] # a dataclass
    return kind(**{n: value for n, value in command_values(body) if n in names}, **other)


def command_values(body: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a body for a command: UNSET as None, null as empty."""
    wire_names = zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True)
    nullable = nullable_fields(type(body))
    for name, wire in wire_names:
        value = getattr(body, name)
        if isinstance(value, datetime):
            value = to_instant(value, type(body), wire)
        elif wire in nullable:
            value = to_clearing_text(value)
        yield name, value


def to_clearing_text(value: str | UnsetType | None) -> str | None:
    """Return a text for a command: None means unchanged, empty means cleared."""
    return None if value is UNSET else value or ""


def to_instant(at: datetime, shape: type[msgspec.Struct], field: str) -> datetime:
    """Return an instant in UTC to the millisecond. Raises ApiError 400 outside `YEARS`."""
    if not YEARS[0] < at.year < YEARS[1]:
        raise wrong_value(shape, field)
    millis = at.microsecond // 1_000 * 1_000
    return at.astimezone(UTC).replace(microsecond=millis)
