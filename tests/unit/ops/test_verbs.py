"""The operator's verbs without a stack: which there are, and how a bad value is answered."""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import click
import pytest

from domain.store.postgres.owned import ListedPage
from ops.cli.arguments import choose_thing
from ops.cli.main import cli, main
from ops.cli.terminal import confirm_deletion, print_list
from ops.cli.writes import CommandRefusedError
from tests.architecture.source import text_of
from tests.support.inside import leave_stack

# `import` is a verb with kinds of sources, `doctor` one with a second kind of patient.
NOUNS = [
    command
    for command in cli.commands.values()
    if isinstance(command, click.Group) and command.name not in {"import", "doctor"}
]
EMAIL = "ada@example.com"
PAGE = ListedPage("p_1", "\N{LATIN CAPITAL LETTER L WITH STROKE}ad", None, True, EMAIL, False)  # noqa: FBT003 - a row


@dataclass(frozen=True)
class Thing:
    id: str
    name: str


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Every verb as an operator types it, e.g. `key list`."""
    for name, command in cli.commands.items():
        of_noun = command.commands if isinstance(command, click.Group) else {"": command}
        yield from (
            (f"{name} {verb if not one.hidden else ''}".strip(), one)
            for verb, one in of_noun.items()
        )


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command where there is no stack; return its exit code, output and complaint."""
    leave_stack()  # settings are read once a process
    for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HEPSTATUS_DATA_DIR", str(tmp_path))

    def run(*args: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["hepstatus", *args])
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return ending.value.code, out, err

    yield run
    leave_stack()


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_noun_has_a_list_for_people_and_for_programs(noun):
    assert "--json" in {option for one in noun.commands["list"].params for option in one.opts}


def test_every_noun_has_an_end_when_its_things_can_end():
    # given the nouns whose things nobody ends: a tier is set, tokens are spent, mails age
    endless = {"tier", "tokens", "mail"}
    for noun in NOUNS:
        assert noun.name in endless or noun.commands.keys() & {"delete", "revoke"}


def test_every_verb_has_help_and_is_documented():
    document = text_of("docs/operations.md")
    for name, command in verbs():
        assert command.help, name
        assert f"`{name}" in document, f"docs/operations.md says nothing of `{name}`"


def test_version_is_printed(run):
    assert run("--version") == (0, f"hepstatus {version('hepstatus')}\n", "")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("tokens", "grant", EMAIL, "many"), "Invalid value for 'AMOUNT': 'many' is no whole"),
        (("tokens", "grant", EMAIL, "1.5"), "'1.5' is no whole number"),
        (("tokens", "grant", EMAIL, "-1e3"), "'-1e3' is no whole number"),
        (("tokens", "grant", EMAIL, "1_000"), "'1_000' is no whole number"),
        (("tokens", "grant", EMAIL, "\N{ARABIC-INDIC DIGIT FIVE}"), "is no whole number"),
        (("tokens", "grant", EMAIL, ""), "'' is no whole number"),
        (("tokens", "grant", EMAIL, "9" * 5_000), "is no whole number"),
        (("tokens", "grant", EMAIL, "--many"), "'--many' is no whole number"),
        (("tokens", "grant", EMAIL, "\x1b[31m"), r"'\x1b[31m' is no whole number"),
        (("tier", "set", EMAIL, "gold"), "Invalid value for 'TIER': 'gold' is not one of"),
        (("tier", "set", EMAIL, "prime", "--until", "tomorrow"), "'tomorrow' is no date: write"),
        (("tier", "set", EMAIL, "prime", "--until", "2027-02-30"), "'2027-02-30' is no date"),
        (("tier", "set", EMAIL, "prime", "--until", "-1"), "'-1' is no date"),
        (("tier", "set", EMAIL, "prime", "--until", "31.01.2027"), "'31.01.2027' is no date"),
        (("tier", "set", EMAIL, "prime", "--until", "0001-01-01"), "between the years 2000 and"),
        (("tier", "set", EMAIL, "prime", "--until", "9999-12-31T23:00-09:00"), "is no date"),
        (("restore", "nowhere"), "Invalid value for 'FILE': File 'nowhere' does not exist."),
    ],
)
def test_bad_value_gets_one_sentence(run, args, sentence):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert err.endswith(".\n")


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("page", "nonsense"),
        ("page", "list", "--nonsense"),
        ("key", "create", "demo", "-1"),
        ("account", "delete"),
        ("tokens", "grant", EMAIL, "1", "2"),
    ],
)
def test_usage_is_shown_when_the_words_of_the_command_are_wrong(run, args):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert "Usage: hepstatus" in err


@pytest.mark.parametrize(
    "args",
    [
        ("account", "list"),
        ("page", "list", "--json"),
        ("key", "revoke", "demo", "monitor"),
        ("tokens", "grant", EMAIL, "-5"),
        ("tier", "set", EMAIL, "prime", "--until", "2099-01-31T12:00:00.000Z"),
        ("doctor", "--json"),
        ("migrate",),
    ],
)
def test_sentence_names_folder_and_variable_when_there_is_no_stack(run, tmp_path, args):
    code, out, _ = run(*args)
    assert out == ""
    assert f"No stack found in the folder '{tmp_path}'" in str(code)
    assert "HEPSTATUS_DATA_DIR" in str(code)


def test_list_is_in_columns_for_people_and_an_array_for_programs(capsys):
    rows = [("k_1", "one\x1b[31m"), ("k_22", "two")]
    print_list(rows, tuple, lambda row: {"id": row[0], "name": row[1]}, is_json=False)
    assert capsys.readouterr().out == "k_1   one\\x1b[31m\nk_22  two\n"
    print_list(rows, tuple, lambda row: {"id": row[0], "name": row[1]}, is_json=True)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert json.loads(printed)[0] == {"id": "k_1", "name": "one\x1b[31m"}
    for is_json, expected in ((False, ""), (True, "[]\n")):
        print_list([], tuple, str, is_json=is_json)
        assert capsys.readouterr().out == expected


def test_name_is_escaped_when_the_terminal_lacks_its_letters(run, monkeypatch):
    monkeypatch.setattr("ops.cli.pages.all_pages", lambda: [PAGE])
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    monkeypatch.setattr(sys, "stdout", terminal)
    code, _, err = run("page", "list")
    assert (code, err) == (None, "")
    assert terminal.buffer.getvalue().endswith(b"  ada@example.com  \\u0141ad\n")


def test_thing_is_chosen_by_its_id_or_else_by_the_one_name():
    api, twin, other = Thing("c_1", "API"), Thing("c_2", "api"), Thing("c_3", "Web")
    assert choose_thing([api, twin, other], "c_2", "component", "demo") is twin
    assert choose_thing([api, twin, other], " web ", "component", "demo") is other
    with pytest.raises(CommandRefusedError, match="demo has 2 components called API: name one"):
        choose_thing([api, twin, other], "API", "component", "demo")
    with pytest.raises(CommandRefusedError, match=r"demo has no component Mail: .* list demo"):
        choose_thing([api], "Mail", "component", "demo")


def test_deletion_is_asked_for_on_a_terminal_alone(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    confirm_deletion("the page Acme", is_confirmed=False)  # standard input is no terminal here
    monkeypatch.setattr(sys, "stdin", Terminal())
    confirm_deletion("the page Acme", is_confirmed=True)
    answers = []
    monkeypatch.setattr(click, "confirm", lambda question, **_: answers.append(question))
    confirm_deletion("the page Acme", is_confirmed=False)
    assert answers == ["Delete the page Acme for good?"]
