"""One word, one meaning: names in the code keep to docs/glossary.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture import words
from tests.architecture.source import Source, sources, text_of

GLOSSARY = "docs/glossary.md"
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def forbidden_words(glossary: str) -> dict[str, str]:
    """The table under 'Words we don't use': word -> what to say instead."""
    _, _, after = glossary.partition("## Words we don't use")
    table = after.partition("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in table.splitlines() if line.startswith("|")]
    return {
        word: " ".join(row[1].split())
        for row in rows[2:]
        for word in re.findall(r"`(\w+)`", row[0])
    }


def names_given(source: Source) -> Iterator[tuple[int, str]]:
    """Every name that this file chooses: modules, classes, functions, arguments, variables."""
    yield from ((1, part) for part in source.module.split("."))
    for node in ast.walk(source.tree):
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def offences(source: Source, forbidden: dict[str, str]) -> Iterator[str]:
    for line, name in names_given(source):
        for word in WORD.findall(name):
            for no, instead in forbidden.items():
                if word.lower().startswith(no):
                    yield f"{source.path}:{line} '{name}' uses the word '{no}': {instead}"


def test_names_keep_to_the_glossary() -> None:
    # Given the words that the glossary forbids
    forbidden = forbidden_words(text_of(GLOSSARY))
    assert forbidden, f'{GLOSSARY} has no table under "## Words we don\'t use"'

    # When every name in the code is taken apart
    found = [offence for source in sources() for offence in offences(source, forbidden)]

    # Then none of those words is in it
    assert not found, "\n".join(["", *found])


def test_a_forbidden_word_is_found_when_it_hides_in_a_name() -> None:
    # Given a module whose names hide the word in every way
    text = "class PageRevision: ...\ndef f(last_revision): ...\nREVISIONS = 1\nevision = 2\n"
    source = Source(PurePosixPath("web/revisions.py"), text)

    # When it is looked at
    found = list(offences(source, {"revision": "version or seq"}))

    # Then each is found, and nothing else
    assert [offence.split("'")[1] for offence in found] == [
        "revisions",
        "PageRevision",
        "REVISIONS",
        "last_revision",
    ]


@pytest.mark.parametrize("law", words.LAWS)
def test_every_file_speaks_plainly(law) -> None:
    offences = [offence for source in sources() for offence in law(source)]
    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (words.names_things_by_nouns, "def told(): ...\n"),
        (words.names_things_by_nouns, "def f(given): ...\n"),
        (words.names_things_by_nouns, "_kept = 1\n"),
        (words.names_its_subjects, '"""Return whatever nobody asked for."""\n'),
        (words.names_its_subjects, 'def f():\n    """What is left."""\n'),
        (words.names_its_subjects, f'"""{"word " * 16}."""\n'),
    ],
)
def test_a_law_of_words_speaks_when_it_is_broken(law, text) -> None:
    assert list(law(Source(PurePosixPath("web/routes.py"), text)))


@pytest.mark.parametrize("law", words.LAWS)
def test_a_law_of_words_is_silent_when_it_is_kept(law) -> None:
    text = 'def fetch_hosts(rows):\n    """Return the hosts of rows."""\n    hosts = rows\n'
    assert not list(law(Source(PurePosixPath("web/routes.py"), text)))
