"""The plan of an import: the missing content of a page, as bounded commands.

Source: docs/behaviour.md, "Export and import".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeVar

import msgspec

from domain.page.commands import ImportContent
from domain.page.state import Page
from domain.page.uptime.shown import KEPT_DAYS, Rows
from domain.runtime.page_file import to_page
from domain.runtime.page_file.document import Document, PageSettings
from domain.runtime.page_file.from_page import to_settings
from domain.runtime.page_file.own_ids import Ids, choose_ids

GROUP_BYTES: Final = 200_000  # of a command, unless one incident or leaf alone has more

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Plan:
    """Commands in their order, and facts for the operator."""

    commands: tuple[ImportContent, ...]
    sets_settings: bool
    keeps_settings: bool
    has_other_zone: bool


def plan_import(
    page: Page, logo: bytes | None, document: Document, known_ids: Ids, today: date
) -> Plan:
    """Return the plan of an import into `page`; `known_ids` are its ids by those of the file."""
    ids = choose_ids(page.id, document, known_ids)
    is_blank = not (page.components or known_ids.incidents or page.templates)
    is_other = has_other_settings(page, logo, document.page, is_blank=is_blank)
    sets_settings, keeps_settings = is_blank and is_other, is_other and not is_blank
    zone = document.page.time_zone if sets_settings else page.time_zone
    has_other_zone = zone != document.page.time_zone
    contents = [
        build_head(document, known_ids, ids, sets_settings=sets_settings),
        *import_incidents(page.id, document, known_ids, ids),
        *([] if has_other_zone else import_rows(page, document, ids, today)),
    ]
    # The rest of an import that was interrupted belongs to it.
    is_first = is_blank or page.changed_at == document.page.changed_at
    created_at, changed_at = document.page.created_at, document.page.changed_at
    commands = (
        replace(command, created_at=created_at, changed_at=changed_at) if is_first else command
        for command in contents
        if command != ImportContent()
    )
    return Plan(tuple(commands), sets_settings, keeps_settings, has_other_zone)


def has_other_settings(
    page: Page, logo: bytes | None, settings: PageSettings, *, is_blank: bool
) -> bool:
    """Return whether a page has other settings than a file.

    A page that is older keeps its time of creation, and one with content its last change.
    """
    current = to_settings(page, logo)
    changed_at = settings.changed_at and current.changed_at if is_blank else settings.changed_at
    times = {"created_at": settings.created_at, "changed_at": changed_at}
    return msgspec.structs.replace(current, **times) != settings


def build_head(
    document: Document, known_ids: Ids, ids: Ids, *, sets_settings: bool
) -> ImportContent:
    """Return the import of settings, tree and templates: together, since they are bounded."""
    components = (part for part in document.components if part.id not in known_ids.components)
    templates = (part for part in document.templates if part.id not in known_ids.templates)
    return ImportContent(
        settings=to_page.to_settings_change(document.page) if sets_settings else None,
        components=tuple(to_page.to_component(part, ids) for part in components),
        templates=tuple(to_page.to_template(part, ids) for part in templates),
    )


def import_incidents(
    page_id: str, document: Document, known_ids: Ids, ids: Ids
) -> Iterator[ImportContent]:
    """Yield the imports of incidents, the oldest first."""
    parts = (part for part in reversed(document.incidents) if part.id not in known_ids.incidents)
    for group in group_items(to_page.to_incident(part, page_id, ids) for part in parts):
        yield ImportContent(incidents=tuple(group))


def import_rows(page: Page, document: Document, ids: Ids, today: date) -> Iterator[ImportContent]:
    """Yield the imports of the shown rows of days for which the page has none."""
    oldest = today - timedelta(days=KEPT_DAYS)
    days = (
        (leaf, day, rows)
        for leaf, by_day in to_page.to_shown_rows(document, ids).items()
        for day, rows in by_day.items()
        if day >= oldest and day not in page.shown_rows.get(leaf, {})
    )
    for group in group_items(days):
        by_leaf: dict[str, dict[date, Rows]] = {}
        for leaf, day, rows in group:
            by_leaf.setdefault(leaf, {})[day] = rows
        yield ImportContent(shown_rows=by_leaf)


def group_items(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items in groups of about `GROUP_BYTES` bytes of JSON, one item at least."""
    group: list[Item] = []
    size = 0
    for item in items:
        size += len(msgspec.json.encode(item))
        if group and size > GROUP_BYTES:
            yield group
            group, size = [], len(msgspec.json.encode(item))
        group.append(item)
    if group:
        yield group
