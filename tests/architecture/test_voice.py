"""What people read uses the nouns of the trade, and names the field that is to be filled in.

Source: CONTRIBUTING.md, "The house laws".
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.architecture.voice import texts_of_script, texts_of_template

# Not the words of a status page's users, with what to say instead.
BANNED = {
    r"by (it|them)sel(f|ves)": "automatically",
    r"kept|keep it|I have kept it": "saved, stored; Cancel; Done",
    r"words?|first words|last words|other words": "message, update, closing message",
    r"anew": "again, or a noun with `new`",
    r"unmount\w*": "remove domain",
    r"whoever|nobody|everybody|somebody": "a named subject",
    r"places?": "page, slot, position",
    r"report a problem|what is wrong": "create incident, title",
    r"posted:": "published",
    r"visitors see it": "published",
}
# On screens a sentence names its subject: "it" is guessed at.
ON_SCREENS = {**BANNED, r"it": "the name of the thing"}
REQUIRED = re.compile(r"<(?:input|textarea|select)[^>]*\srequired(?=[\s>])[^>]*>")


def offences(texts: Iterator[str], banned: dict[str, str] = BANNED) -> Iterator[str]:
    for text in texts:
        for words, instead in banned.items():
            if re.search(rf"\b({words})(?!\w)", text, re.IGNORECASE):
                yield f"{text!r}: not {words!r} but {instead}"


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


DASHBOARD = files("templates/dashboard/*.html")  # its script says the sentences of its fields
SCREENS = [
    *DASHBOARD,
    *files("templates/notice/*.html", "templates/page/*.html.j2"),
    *files("templates/links/*.html.j2", "templates/mail/*.j2"),
]
SCRIPTS = files("templates/static/**/*.js", "templates/page/*.js", "templates/docs/*.js")
SENTENCES = files("web/**/*.py", "domain/**/*.py", "ops/cli/*.py")


def literals(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that are sentences: no docstrings, no code, no log events."""
    apart = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            apart |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in apart and re.search(r"^[^\n]*\w \w[^\n]*$", node.value):
            yield node.value


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: path.name)
def test_screen_speaks_the_words_of_its_users(path: Path) -> None:
    assert list(offences(texts_of_template(path.read_text()), ON_SCREENS)) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_speaks_the_words_of_its_users(path: Path) -> None:
    assert list(offences(texts_of_script(path.read_text()), ON_SCREENS)) == []


def test_sentences_in_the_code_speak_the_words_of_their_users() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {offence}"
        for path in SENTENCES
        if "migrations" not in path.parts
        for offence in offences(literals(ast.parse(path.read_text())))
    ]
    assert found == []


def test_banned_words_are_found_wherever_people_read_them() -> None:
    # Given a template and a script with banned words in text, labels, code and comments
    template = """{# keep it #}<p title="Keep it">Starts by itself{{ "The last words" }}
    {{ words.labels }}<i class="words" data-said="The key is kept"></i><style>.kept{}</style>"""
    script = """// kept by itself
    say("Posted: visitors see it."); find(".words"); say(`${count} words are kept`);"""
    # When both are read
    found = [
        *offences(texts_of_template(template), ON_SCREENS),
        *offences(texts_of_script(script), ON_SCREENS),
    ]
    # Then all that people read is found, and nothing else
    assert [text.partition("': ")[0].strip("'") for text in found] == [
        "The last words", "Keep it", "Keep it", "Starts by itself… …", "The key is kept",
        "Posted: visitors see it.", "Posted: visitors see it.", "Posted: visitors see it.",
        "… words are kept", "… words are kept",
    ]  # fmt: skip


@pytest.mark.parametrize("path", DASHBOARD, ids=lambda path: path.name)
def test_field_that_is_checked_on_the_screen_has_its_own_sentence(path: Path) -> None:
    source = path.read_text()
    assert [tag for tag in REQUIRED.findall(source) if "data-missing=" not in tag] == []
