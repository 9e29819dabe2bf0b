"""Changes of a state by name, and of the items of a page."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from domain.page import events as e
from domain.page.commands import ID_FIELDS
from domain.page.decide.outcomes import not_found
from domain.page.state import Page
from domain.results import Rejection

State = TypeVar("State")


def merge_changes(state: State, command: Any) -> State:  # noqa: ANN401 - any command
    """Return a state with the fields of a command of the same names.

    None keeps a field, and an empty text gives its default. Texts by key are merged; an empty one
    is removed.
    """
    changes = {
        field.name: merge_value(field, getattr(state, field.name), value)
        for field in fields(state)  # type: ignore[arg-type] # a dataclass
        if (value := getattr(command, field.name, None)) is not None
    }
    return replace(state, **changes)  # type: ignore[type-var] # a dataclass


def merge_value(field: Field[Any], old: Any, new: Any) -> Any:  # noqa: ANN401 - any value
    """Return the value of a field after a change."""
    if isinstance(new, Mapping):
        return {name: text for name, text in {**old, **new}.items() if text}
    return field.default if new == "" and field.default is not MISSING else new


Command: TypeAlias = Any  # with the id of an item
Decision: TypeAlias = tuple[e.Event, ...] | Rejection


def change_item(part: str, page: Page, command: Command, at: datetime) -> Decision:
    """Change the given properties of an item of a part of the page."""
    del at  # items have no past
    item = getattr(page, part).get(getattr(command, ID_FIELDS[part]))
    if item is None:
        return not_found(part.removesuffix("s"))
    return (e.ItemSet(part, merge_changes(item, command)),)


def delete_item(part: str, page: Page, command: Command, at: datetime) -> Decision:
    """Remove an item of a part of the page."""
    del at  # items have no past
    item_id = getattr(command, ID_FIELDS[part])
    if item_id not in getattr(page, part):
        return not_found(part.removesuffix("s"))
    return (e.ItemDeleted(part, item_id),)
