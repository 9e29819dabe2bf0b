"""A file of the house as the laws see it: its place, its text and its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("domain", "web", "workers", "ops")
MIGRATIONS = "domain/store/postgres/migrations"
NOT_CORE = ("domain/store", "domain/runtime")


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the top of the house."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def module(self) -> str:
        """Dotted name; a package goes by its own."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def is_core(self) -> bool:
        """In domain, but not in its store or runtime."""
        return self.is_in("domain") and not any(map(self.is_in, NOT_CORE))

    def is_in(self, folder: str) -> bool:
        return self.path.is_relative_to(folder)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every import with its line, as the full dotted name of what is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                package = self._absolute(node)
                yield from ((node.lineno, f"{package}.{alias.name}") for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        here = self.module.split(".")
        up = node.level - (1 if self.is_package else 0)
        return ".".join([*here[: len(here) - up], *filter(None, [node.module])])


def read(path: Path) -> Source:
    return Source(PurePosixPath(path.relative_to(ROOT).as_posix()), path.read_text("utf-8"))


def sources(*rooms: str) -> list[Source]:
    """Every Python file of these rooms (of all, if none is named) but the migrations, in order."""
    files = sorted(file for room in rooms or ROOMS for file in (ROOT / room).rglob("*.py"))
    return [source for source in map(read, files) if not source.is_in(MIGRATIONS)]


def text_of(path: str) -> str:
    """What a file says; nothing, if it is missing."""
    file = ROOT / path
    return file.read_text("utf-8") if file.exists() else ""
