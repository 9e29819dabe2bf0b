"""Laws of the floor plan: how many siblings a folder has, which areas there are, who imports whom.

Source: docs/architecture.md, "Rooms and imports".
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from tests.architecture.source import ROOT, Source, read

SIBLINGS_MAX: Final = 18
MORE_SIBLINGS: Final = {"domain/store/postgres": 24}
EXEMPT: Final = "domain/store/postgres/migrations/versions"
AREAS: Final = frozenset(
    name.split(".")[2] for _, name in read(ROOT / "web/api/areas.py").imports()
)
# What all areas of owners share; screens of the dashboard that are not of one area.
SHARED_API: Final = frozenset(["areas", "audit_sentences", "field_sentences", "owner_resource"])
SHARED_SCREENS: Final = frozenset(
    [
        "account",
        "checklist",
        "document",
        "home",
        "messages",
        "outbox",
        "screen",
        "settings",
        "share",
        "static",
    ]
)
# Whom a room never imports, by the beginnings of module names.
NEVER: Final = {
    "web.http": ("web.api", "web.dashboard", "web.openapi", "web.routes"),
    "web.writes": ("web.api", "web.dashboard", "web.openapi", "web.routes"),
    "web.visitors": ("web.api", "web.dashboard", "web.openapi", "domain.store.postgres"),
    "web.api": ("web.dashboard", "web.routes", "web.asgi"),
    "web.openapi": ("web.dashboard", "web.asgi"),
    "domain.store.postgres": ("redis", "celery", "kombu"),
    "domain.store.redis": ("sqlalchemy", "psycopg", "celery", "kombu"),
}

COMPOSITION_ROOT: Final = "web.process"
ENTRY: Final = "web.asgi"


def crowded_folders(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Yield an offence for each folder with too many modules beside each other."""
    modules = (path for path in paths if path.name != "__init__.py")
    for folder, count in sorted(Counter(str(path.parent) for path in modules).items()):
        most = MORE_SIBLINGS.get(folder, SIBLINGS_MAX)
        if count > most and folder != EXEMPT:
            yield f"{folder} has {count} modules; {most} at most: divide it by area."


def keeps_to_the_areas(source: Source) -> Iterator[str]:
    """Yield an offence if a module of web.api or web.dashboard is of no area."""
    for room, shared in (("web/api", SHARED_API), ("web/dashboard", SHARED_SCREENS)):
        if source.is_in(room) and source.module.count(".") > 1:
            area = source.module.split(".")[2]
            if area not in AREAS | shared:
                yield f"{source.path}: '{area}' is no area; the areas are {sorted(AREAS)}."


def keeps_its_direction(source: Source) -> Iterator[str]:
    """Yield an offence for each import against the arrows of the floor plan."""
    for room, forbidden in NEVER.items():
        if f"{source.module}.".startswith(f"{room}."):
            for line, name in source.imports():
                if any(f"{name}.".startswith(f"{other}.") for other in forbidden):
                    yield f"{source.path}:{line} imports {name}: {room} never does."


def takes_parts_one_by_one(source: Source) -> Iterator[str]:
    """Yield an offence for each import of the composition root outside the entry."""
    for line, name in source.imports():
        if f"{name}.".startswith(f"{COMPOSITION_ROOT}.") and source.module != ENTRY:
            yield (
                f"{source.path}:{line} imports {name}, which only {ENTRY} may:"
                " a constructor takes the parts that it uses."
            )
