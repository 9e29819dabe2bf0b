"""The changes of a page by a command, field by field, for its audit log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from itertools import accumulate, takewhile
from typing import Any, Final

from domain.calendar import iso
from domain.page.settings import Appearance, Link
from domain.page.state import Incident, Page
from domain.text import utf8_size

TEXT_MAX: Final = 120  # characters of a value; a long message is recognised by its beginning
BYTES_MAX: Final = 2_000  # of all changes of a command, as JSON has them, their names counted too
NAMES_BYTES: Final = 60  # of a change's own names and punctuation
LOOK: Final = tuple(field.name for field in fields(Appearance))
OF_PAGE: Final = ("name", "description", "time_zone", "is_public", "host")
# Fields that an owner can set, by the part of a page; a secret's hash is not among them.
OF_ENTRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "components": ("name", "description", "status", "parent_id", "show_uptime"),
    "incidents": (
        *("title", "impact", "state", "started_at", "resolved_at"),
        *("scheduled_start", "scheduled_end", "auto_start", "auto_end"),
    ),
    "keys": ("name", "disabled"),
    "templates": ("title", "name", "body", "state", "impact", "kind"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after; `of` is the id of its component, incident, key or template.

    Values are those of JSON. `of` is None for a field of the page itself.
    """

    field: str
    before: Any
    after: Any
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a command; `more` counts those beyond `BYTES_MAX`."""

    fields: tuple[FieldChange, ...] = ()
    more: int = 0


def compare_pages(before: Page, after: Page) -> Changes | None:
    """Return the readable fields that differ, if any.

    Additions and removals, of the page too, are no changes: the command's own sentence names them.
    """
    if not (before.is_live and after.is_live):
        return None
    changes = list(find_changes(before, after))
    sizes = accumulate(count_bytes(change) for change in changes)
    count = sum(1 for _ in takewhile(lambda size: size <= BYTES_MAX, sizes))
    return Changes(tuple(changes[:count]), len(changes) - count) if changes else None


def count_bytes(change: FieldChange) -> int:
    """Return about the size of a change in JSON, in bytes of UTF-8."""
    texts = (change.field, change.of or "", str(change.before), str(change.after))
    return NAMES_BYTES + sum(utf8_size(text) for text in texts)


def find_changes(before: Page, after: Page) -> Iterator[FieldChange]:
    """Yield the page's own changes, then those of its incidents, components, keys, templates."""
    yield from compare_fields(before, after, OF_PAGE)
    if before.look is not after.look:
        yield from compare_fields(before.look, after.look, LOOK)
    for part, names in OF_ENTRIES.items():
        old, new = getattr(before, part), getattr(after, part)
        if old is not new:
            yield from compare_entries(old, new, names)
    if before.incidents is not after.incidents:
        yield from compare_messages(before.incidents, after.incidents)


def compare_entries(
    before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, ...]
) -> Iterator[FieldChange]:
    """Yield the changes of entries that are in both mappings."""
    for id_, entry in after.items():
        old = before.get(id_, entry)
        if old is not entry:
            yield from compare_fields(old, entry, names, id_)


def compare_messages(
    before: Mapping[str, Incident], after: Mapping[str, Incident]
) -> Iterator[FieldChange]:
    """Yield the messages of updates that were edited."""
    for id_, incident in after.items():
        old = before.get(id_, incident)
        if old is not incident:
            bodies = {update.id: update for update in old.updates}
            yield from compare_entries(bodies, {u.id: u for u in incident.updates}, ("body",))


def compare_fields(
    before: object, after: object, names: tuple[str, ...], of: str | None = None
) -> Iterator[FieldChange]:
    """Yield the fields that differ; of a field with several texts each text."""
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(new, Mapping):
            for key in sorted({*old, *new}):
                if old.get(key) != new.get(key):
                    yield FieldChange(f"{name}.{key}", shorten(old.get(key)), shorten(new.get(key)))
        else:
            yield FieldChange(name, shorten(old), shorten(new), of)


def shorten(value: Any) -> Any:  # noqa: ANN401 - a field of a page
    """Return a value as JSON has it, a text cut to `TEXT_MAX` characters."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return shorten(", ".join(map(describe_link, value)))
    is_long = isinstance(value, str) and len(value) > TEXT_MAX
    return value[: TEXT_MAX - 1] + "…" if is_long else value


def describe_link(link: Link) -> str:
    """Return a link of the page's owner in one line."""
    return f"{link.label} ({link.url}, {link.place})"
