"""Which exception instances can be reached from a name of a module: there may be none.

Each raise of a shared instance chains another traceback to it, whose frames keep the request, its
body and its password for as long as the process lives. Prints what it finds in every module.
"""

import gc
import importlib
import pkgutil
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from types import CellType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from tests.architecture.source import MIGRATIONS, ROOMS

# What is looked into, beside classes, functions and instances of our own.
OPEN = (
    *(dict, list, tuple, set, frozenset, deque, MappingProxyType),
    *(CellType, MethodType, FunctionType, partial, property, cached_property),
    *(staticmethod, classmethod, type(pkgutil.get_data), type(vars(BaseException)["args"])),
)
CACHES = ("_lru_cache_wrapper", "_lru_list_elem")  # of functools, where the cached values are
STEPS = MIGRATIONS.replace("/", ".")
STARTS = ("gunicorn.conf", "__main__")  # settings and programs: importing these runs them


def find_exceptions(name: str, value: object, seen: set[int]) -> Iterator[str]:
    """Yield `name` for each exception instance that `value` is or leads to."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, BaseException):
            yield f"{name}: {type(found).__name__}"
        elif is_open(found):
            waiting += parts_of(found)


def parts_of(found: object) -> list[object]:
    """Return what an object holds; of a function not the names of its module."""
    held = gc.get_referents(found)
    if isinstance(found, FunctionType):
        return [part for part in held if part is not found.__globals__]
    return held


def is_open(found: object) -> bool:
    kind = found if isinstance(found, type) else type(found)
    is_ours = kind.__module__.partition(".")[0] in ROOMS
    is_known = isinstance(found, OPEN) or type(found).__name__ in CACHES
    return (is_ours or is_known) and not isinstance(found, ModuleType)


def find_in_namespace(module: str, namespace: Mapping[str, Any], seen: set[int]) -> Iterator[str]:
    for name, value in list(namespace.items()):
        if name != "__builtins__":
            yield from find_exceptions(f"{module}.{name}", value, seen)


def import_all() -> list[ModuleType]:
    """Import every module of the product."""
    names = [
        found.name
        for room in ROOMS
        for found in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
        if not (found.name.startswith(STEPS) or found.name.endswith(STARTS))
    ]
    return [importlib.import_module(name) for name in (*ROOMS, *names)]


def main() -> None:
    seen: set[int] = set()
    modules = import_all()
    for module in modules:
        for line in find_in_namespace(module.__name__, vars(module), seen):
            print(line)
    print(f"{len(modules)} modules", file=sys.stderr)


if __name__ == "__main__":
    main()
