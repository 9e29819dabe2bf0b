"""Migrations are numbered without gaps and form one line: two heads would mean two databases."""

import ast
import re
from pathlib import Path

import pytest

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


# What code of the step before does not notice: it names every column that it reads or writes.
ADDITIVE = (
    re.compile(r"CREATE TABLE \w+ .*", re.DOTALL),
    re.compile(r"CREATE (UNIQUE )?INDEX \w+ ON .*", re.DOTALL),
    re.compile(r"CREATE (OR REPLACE )?VIEW \w+ AS .*", re.DOTALL),
    re.compile(r"ALTER TABLE \w+ ADD COLUMN .*", re.DOTALL),
    re.compile(r"(INSERT INTO|UPDATE) .*", re.DOTALL),
)
TAKING = re.compile(
    r"\b(DROP|RENAME|SET NOT NULL|ALTER COLUMN|TRUNCATE|DELETE FROM)\b", re.IGNORECASE
)


def statements(file: Path) -> list[str]:
    """Every statement in the texts of a migration, each on one line."""
    texts = [
        node.value.value
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and " " in node.value.value
    ]
    return [" ".join(part.split()) for text in texts for part in text.split(";") if part.strip()]


def takes_something(statement: str) -> bool:
    """Whether code that does not know of it would notice."""
    if TAKING.search(statement) or not any(kind.fullmatch(statement) for kind in ADDITIVE):
        return True
    if not statement.startswith("ALTER TABLE"):
        return False
    columns = re.split(r"\bADD COLUMN\b", statement)[1:]
    return any("NOT NULL" in column and "DEFAULT" not in column for column in columns)


def test_migrations_only_add() -> None:
    # Given every statement of every step
    found = [(file.name, statement) for file in files() for statement in statements(file)]
    assert len({name for name, _ in found}) == len(files()), "a step's statements can't be read"

    # When one takes something away, or asks of old code what it can't give
    taking = [
        f"{name}: {statement[:90]}" for name, statement in found if takes_something(statement)
    ]

    # Then code of the step before can't go on running while the new one is started
    assert not taking, f"Only add (see docs/operations.md, Upgrade): {taking}"


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE pages DROP COLUMN host",
        "ALTER TABLE pages RENAME COLUMN host TO name",
        "ALTER TABLE pages ADD COLUMN host TEXT NOT NULL",
        "ALTER TABLE pages ALTER COLUMN host SET NOT NULL",
        "DROP INDEX pages_host",
        "TRUNCATE pages",
        "ALTER TABLE pages ADD CONSTRAINT one CHECK (true)",
    ],
)
def test_a_step_that_takes_something_is_noticed(statement: str) -> None:
    assert takes_something(statement)
