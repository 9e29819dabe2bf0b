"""The types of answers that repeat a change, derived from its body."""

from collections.abc import Iterator
from datetime import datetime
from types import NoneType
from typing import Any, Union, get_args, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType

from web.http.bodies import nullable_fields
from web.http.wire import Instant


def echo_of(body: type[msgspec.Struct], **other: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - any type
    """Return the type of the answer to a change: id and given fields.

    `other` are the types of fields that the answer has beside or instead of the body's.
    """
    fields = {name: (name, hint, UNSET) for name, hint in list_fields(body)}
    others = {name: (name, hint | UnsetType, UNSET) for name, hint in other.items()}
    return define_echo(body, [("id", str), *(fields | others).values()])


def define_echo(body: type[msgspec.Struct], fields: list[Any]) -> type[msgspec.Struct]:
    """Return a type with the fields, named after the body."""
    return msgspec.defstruct(f"Given{body.__name__}", fields)


def list_fields(body: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    """Yield the wire name and the echoed type of each field of a body."""
    hints, nullable = get_type_hints(body), nullable_fields(body)
    for name, wire in zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True):
        parts = [echo_part(part) for part in get_args(hints[name])]
        hint_parts = [part for part in parts if wire in nullable or part is not NoneType]
        yield wire, Union[(*hint_parts, UnsetType)]


def echo_part(part: Any) -> Any:  # noqa: ANN401 - a type annotation
    """Return the echoed type of a part of a field's type."""
    if part is datetime:
        return Instant
    if isinstance(part, type) and issubclass(part, msgspec.Struct):
        return define_echo(part, [(name, hint, UNSET) for name, hint in list_fields(part)])
    return part
