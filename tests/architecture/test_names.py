"""A test's name says what holds, and when, in at most 80 characters."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import Source, sources

LONGEST = 80
SHORTEST_WORDS = 4  # `test_`, what, and what holds of it


def unclear_names(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            if len(node.name) > LONGEST:
                yield f"{source.path}:{node.lineno} {node.name} is longer than {LONGEST} characters"
            if node.name.count("_") < SHORTEST_WORDS - 1:
                yield f"{source.path}:{node.lineno} {node.name} does not say what holds"


def test_name_of_a_test_says_what_holds_when_it_is_read() -> None:
    unclear = [offence for source in sources("tests") for offence in unclear_names(source)]
    assert not unclear, "\n".join(["", *unclear])


@pytest.mark.parametrize("name", ["test_" + "a_word_" * 11, "test_bodies", "test_bad_bodies"])
def test_unclear_name_is_found_when_a_test_has_one(name: str) -> None:
    assert list(unclear_names(Source(PurePosixPath("tests/test_x.py"), f"def {name}(): ...\n")))
