"""Migrations are numbered without gaps and form one line: two heads would mean two databases."""

import ast
import re
from pathlib import Path

from tests.architecture.source import MIGRATIONS, ROOT

NUMBERED = re.compile(r"(\d{4})_[a-z0-9_]+\.py")


def files() -> list[Path]:
    return sorted(
        file
        for file in (ROOT / MIGRATIONS).rglob("*.py")
        if file.name not in {"env.py", "__init__.py"}
    )


def assigned(file: Path, name: str) -> object:
    """The constant that a migration assigns to `name`."""
    for node in ast.parse(file.read_text("utf-8")).body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=value)
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value)
            ) if found == name:
                return ast.literal_eval(value)
    message = f"{file.name} assigns no {name}"
    raise AssertionError(message)


def test_migrations_are_numbered_without_gaps() -> None:
    # Given the migrations
    names = [file.name for file in files()]
    assert names, f"{MIGRATIONS} holds no migration"

    # When their numbers are read
    numbers = [found[1] if (found := NUMBERED.fullmatch(name)) else name for name in names]

    # Then they count from one
    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)], (
        f"Name migrations 0001_what_changes.py, 0002_…: {names}"
    )


def test_migrations_have_one_head() -> None:
    # Given each migration's name for itself and for what comes before it
    steps = {assigned(file, "revision"): assigned(file, "down_revision") for file in files()}

    # When those are left on which nothing follows
    heads = set(steps) - set(steps.values())

    # Then there is one, and one beginning
    assert len(heads) == 1, (
        f"Two migrations follow the same one: heads are {sorted(map(str, heads))}"
    )
    assert list(steps.values()).count(None) == 1, "More than one migration begins from nothing"


def test_every_migration_says_what_changes() -> None:
    # Given the migrations, when one has no docstring
    silent = [
        file.name for file in files() if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]

    # Then an operator doesn't know what an upgrade does
    assert not silent, f"Say in a docstring what these change: {silent}"
