"""Rows and the core's dataclasses, where columns and fields agree by name."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

Thing = TypeVar("Thing")
Record = dict[str, Any]


def to_dataclass(row: Row[Any], kind: type[Thing], /, **computed: Any) -> Thing:  # noqa: ANN401 - fields of any type
    """Return a row as a dataclass; `computed` are fields without a column of their own."""
    if not computed:
        return msgspec.convert(row, kind, from_attributes=True)
    # Names are a subclass of str, as which msgspec does not take them.
    values = {str(name): value for name, value in row._asdict().items()}
    return msgspec.convert(values | computed, kind)


def to_record(thing: Any, without: Collection[str] = (), /, **more: Any) -> Record:  # noqa: ANN401 - a dataclass of the core
    """Return a dataclass as a row, without some fields and with more columns."""
    values = {f.name: getattr(thing, f.name) for f in fields(thing) if f.name not in without}
    return {**values, **more}


def to_records(things: Mapping[str, Any], **owner: str) -> dict[str, Record]:
    """Return dataclasses by id as the rows of their owner."""
    return {id_: to_record(thing, **owner) for id_, thing in things.items()}
