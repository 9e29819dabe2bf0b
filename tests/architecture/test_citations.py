"""Every citation of a document leads to a heading, and no rule is cited by a number."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.source import ROOT, text_of

RULES = "docs/architecture.md"
CONTRACT = "docs/behaviour.md"
FOLDERS = ("domain", "web", "workers", "ops", "templates", "tests", "bench", "docs", "deploy")
SUFFIXES = {".py", ".lua", ".j2", ".md", ".conf", ".yml", ".toml", ".html", ".css", ".js"}
HERE = Path(__file__).relative_to(ROOT).as_posix()

CITATION = re.compile(r'(?<![\w/.-])(docs/[\w/-]+\.md)((?:(?:,| and|, and) "[^"]+")*)')
QUOTED = re.compile(r'"([^"]+)"')
LINK = re.compile(r"\]\((?!\w+:)([\w./-]*)(?:#([\w-]+))?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
NUMBERED = re.compile(r"\b(?:SPEC|DESIGN)\b|\b[Rr]ules?\s+\d|(?<![A-Za-z])rules?_\d")
LINE_BREAK = re.compile(r"\s*\n\s*(?:(?:#|--)\s)?\s*")
PARTS_OF_A_RULE = ("What", "Why", "Where", "Test")


def headings(document: str) -> list[str]:
    return HEADING.findall(document)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def cited(text: str) -> Iterator[tuple[str, str]]:
    """Yield (file, heading) for each citation; the heading is empty if the file alone is cited."""
    for file, quoted in CITATION.findall(LINE_BREAK.sub(" ", text)):
        yield from ((file, heading) for heading in QUOTED.findall(quoted) or [""])


def broken_citations(text: str) -> Iterator[str]:
    for file, heading in cited(text):
        document = text_of(file)
        if not document:
            yield f"{file} does not exist"
        elif heading and heading not in headings(document):
            yield f'{file} has no heading "{heading}"'


def broken_links(path: str, text: str) -> Iterator[str]:
    for target, fragment in LINK.findall(text):
        file = (ROOT / path).parent / target if target else ROOT / path
        if not file.exists():
            yield f"{target} does not exist"
        elif fragment and fragment not in map(anchor, headings(file.read_text("utf-8"))):
            yield f"{target} has no heading for #{fragment}"


def missing_tests(text: str) -> Iterator[str]:
    for file, test in TEST.findall(text):
        # A state machine is a test by assignment: `TestAlone = Alone.TestCase`.
        if not re.search(rf"(?m)\bdef {test or 'test_'}|^{test or 'Test'}\w* = ", text_of(file)):
            yield f"{file} has no {test or 'test'}"


def rules(document: str) -> dict[str, str]:
    """Return the sections below the headings `## Rules of …`, by their own headings."""
    chapters = re.split(r"^## ", document, flags=re.MULTILINE)
    sections = [
        section
        for chapter in chapters
        if chapter.startswith("Rules of ")
        for section in re.split(r"^### ", chapter, flags=re.MULTILINE)[1:]
    ]
    return {section.partition("\n")[0]: section for section in sections}


@cache
def texts() -> Mapping[str, str]:
    """Return every text of ours by its path, but this file: it quotes what it refuses."""
    found = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*")]
    found += [file for file in ROOT.iterdir() if not file.name.startswith(".")]
    paths = {file.relative_to(ROOT).as_posix(): file for file in found if file.suffix in SUFFIXES}
    return {path: file.read_text("utf-8") for path, file in sorted(paths.items()) if path != HERE}


def test_citation_leads_to_a_heading_when_it_is_followed() -> None:
    # Given every text of ours, when its citations are followed
    broken = [f"{path}: {why}" for path, text in texts().items() for why in broken_citations(text)]

    # Then each leads to a heading
    assert not broken, "\n".join(["", *broken])


def test_link_leads_to_a_heading_when_it_is_followed() -> None:
    # Given the documents; those in templates/ are parts of another one
    documents = {
        path: text
        for path, text in texts().items()
        if path.endswith(".md") and not PurePosixPath(path).is_relative_to("templates")
    }

    # When their links to each other are followed
    broken = [
        f"{path}: {why}" for path, text in documents.items() for why in broken_links(path, text)
    ]

    # Then each leads to a heading
    assert not broken, "\n".join(["", *broken])


def test_rule_is_cited_by_its_heading_when_it_is_cited() -> None:
    # Given every text of ours, when a rule is cited by a number
    numbered = [
        f"{path}:{line} {found[0]!r}: cite a heading of {RULES} or {CONTRACT}"
        for path, text in texts().items()
        for line, content in enumerate(text.splitlines(), 1)
        if (found := NUMBERED.search(content))
    ]

    # Then a reader has to look for it
    assert not numbered, "\n".join(["", *numbered])


@pytest.mark.parametrize("path", [RULES, CONTRACT])
def test_heading_is_there_once_when_it_can_be_cited(path: str) -> None:
    # Given the headings of a document that is cited, when one is there twice
    twice = [heading for heading, count in Counter(headings(text_of(path))).items() if count > 1]

    # Then a citation of it leads to two places
    assert not twice, f"Give these headings of {path} names of their own: {twice}"


def test_rule_says_what_why_where_and_which_test_when_it_is_read() -> None:
    # Given the rules, when a part of one is missing
    found = rules(text_of(RULES))
    assert found, f"{RULES} has no chapter that begins with 'Rules of'"
    missing = [
        f"{heading}: {part}"
        for heading, section in found.items()
        for part in PARTS_OF_A_RULE
        if f"- **{part}.** " not in section
    ]

    # Then nobody knows why the rule is there, or whether it is kept
    assert not missing, f"These parts of rules are missing in {RULES}: {missing}"


def test_rules_test_is_there_when_the_rule_names_one() -> None:
    # Given the rules, when a test that proves one is not there, or none is named
    missing = list(missing_tests(text_of(RULES)))
    missing += [name for name, section in rules(text_of(RULES)).items() if not TEST.search(section)]

    # Then the rule is a claim
    assert not missing, f"{RULES} names no test that is there: {missing}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"""Claims. Source: docs/nowhere.md."""', "docs/nowhere.md does not exist"),
        ('See docs/nowhere.md, "Claims".', "docs/nowhere.md does not exist"),
        ('See docs/behaviour.md, "Clams".', 'docs/behaviour.md has no heading "Clams"'),
        (
            'See docs/behaviour.md, "Claims",\n    "Uptime" and "Clams".',
            'docs/behaviour.md has no heading "Clams"',
        ),
        (
            '# docs/architecture.md, "One writer a\n# steam"',
            'docs/architecture.md has no heading "One writer a steam"',
        ),
    ],
)
def test_citation_is_found_when_it_leads_nowhere(text: str, why: str) -> None:
    # Given a citation of what is not there, when it is followed, then that is said
    assert list(broken_citations(text)) == [why]


def test_citation_is_silent_when_it_leads_to_headings() -> None:
    # Given citations in every form, when they are followed, then nothing is said
    text = (
        'Source: docs/behaviour.md, "Claims" and "Uptime"; docs/architecture.md, "One writer\n'
        '    a stream". Measured in docs/decisions/README.md.'
    )
    assert not list(broken_citations(text))
    assert len(list(cited(text))) == 4


@pytest.mark.parametrize(
    "text",
    [
        "Source: SPEC 3.1.",
        "SPEC section 6",
        "as DESIGN has it",
        "(rule 7)",
        "Rules 2 and 8",
        "def test_rule_01_page_heals() -> None:",
    ],
)
def test_number_is_found_when_a_rule_is_cited_by_it(text: str) -> None:
    # Given a citation by a number, when it is looked for, then it is found
    assert NUMBERED.search(text)


@pytest.mark.parametrize("text", ["a rule with 3 exceptions", "SPECIAL", "RULES: 7", "the rules"])
def test_number_is_not_found_when_nothing_is_cited_by_it(text: str) -> None:
    # Given a text near to a citation, when it is looked at, then nothing is found
    assert not NUMBERED.search(text)


def test_link_is_found_when_it_leads_nowhere() -> None:
    # Given links to a file and to a heading that are not there, when they are followed
    text = "[a](nowhere.md) [b](behaviour.md#clams) [c](behaviour.md#claims) [d](https://x.example)"

    # Then both are said
    assert list(broken_links(CONTRACT, text)) == [
        "nowhere.md does not exist",
        "behaviour.md has no heading for #clams",
    ]


def test_test_is_found_missing_when_a_rule_names_none_that_is_there() -> None:
    # Given a test's name that is in no file, when it is looked for, then it is said
    assert list(missing_tests(f"`{HERE}::test_of_nothing`")) == [f"{HERE} has no test_of_nothing"]
