"""What can be set, told and asked is written down: settings, commands, routes."""

import re
from collections.abc import Iterable
from dataclasses import fields

import pytest

from tests.architecture.source import ROOT, text_of
from tests.support.screens import OF_PAGE

FILE = re.compile(
    r"`((?:domain|web|workers|ops|templates|tests|deploy|docs|bench)/(?:[\w.-]+/)*[\w.-]*)`"
)
PARAMETER = re.compile(r"\{[^{}]*\}|:[A-Za-z]\w*|<\w+>")


def undocumented(paths: Iterable[str], document: str) -> list[str]:
    """Those route templates that the document does not spell, however it writes parameters."""
    plain = PARAMETER.sub("*", document)
    return [
        path
        for path in paths
        if not re.search(rf"(?<![\w*/.-]){re.escape(PARAMETER.sub('*', path))}(?![\w*/-])", plain)
    ]


def test_every_setting_names_its_variable() -> None:
    from domain.runtime.settings import Settings

    # Given every setting, when one does not say which environment variable it is read from
    nameless = [field.name for field in fields(Settings) if not field.metadata.get("env")]

    # Then nobody can set it
    assert not nameless, f'Give these fields of Settings metadata={{"env": "…"}}: {nameless}'


def test_every_setting_is_documented() -> None:
    from domain.runtime.settings import Settings

    # Given the page of settings
    document = text_of("docs/settings.md")

    # When a variable is not on it
    names = [field.metadata.get("env", "") for field in fields(Settings)]
    missing = [name for name in names if f"`{name}`" not in document]

    # Then an operator can't know of it
    assert not missing, f"docs/settings.md says nothing of {missing} (in `backticks`)."


@pytest.mark.parametrize("aggregate", ["page", "account"])
def test_every_command_is_documented(aggregate: str) -> None:
    from importlib import import_module

    # Given the commands of an aggregate, by the names that the log stores
    commands = import_module(f"domain.{aggregate}.commands").COMMANDS

    # When one is in neither document
    documents = text_of("docs/glossary.md") + text_of("docs/architecture.md")
    missing = [name for name in commands if f"`{name}`" not in documents]

    # Then its meaning lives in someone's head
    assert not missing, f"List these commands in docs/architecture.md (in `backticks`): {missing}"


def test_a_command_is_stored_under_its_own_name() -> None:
    from domain.account.commands import COMMANDS as ACCOUNT
    from domain.page.commands import COMMANDS as PAGE

    # Given both mappings, when a name is not that of its class
    renamed = [name for name, kind in [*ACCOUNT.items(), *PAGE.items()] if name != kind.__name__]

    # Then reading the log misleads
    assert not renamed, (
        f"These commands are stored under another name than their class's: {renamed}"
    )


def test_every_route_is_documented() -> None:
    from web.routes import ROUTES

    # Given the document of the HTTP API, which needs no list of the tabs of the dashboard
    paths = (route.path for route in ROUTES if not route.path.startswith(OF_PAGE))

    # When a route is not in it
    missing = undocumented(paths, text_of("docs/http-api.md"))

    # Then nobody can call it
    assert not missing, f"docs/http-api.md says nothing of {missing}"


def test_a_route_counts_as_documented_only_when_all_of_it_is_there() -> None:
    # Given a document that writes parameters in its own way
    document = "| `GET /api/v1/status/:pageID/keys` | … |\n`POST /api/v1/auth/login`"

    # When routes are looked for, then a longer path does not stand for a shorter one
    routes = ["/api/v1/status/{page_id}/keys", "/api/v1/status/{page_id}", "/api/v1/auth/login"]
    assert undocumented(routes, document) == ["/api/v1/status/{page_id}"]


def test_documents_name_only_files_that_exist() -> None:
    # Given every file of the house that a document names in backticks
    documents = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
    named = [(file.name, path) for file in documents for path in FILE.findall(file.read_text())]

    # When one is not there
    missing = sorted({f"{name}: {path}" for name, path in named if not (ROOT / path).exists()})

    # Then the document leads astray
    assert not missing, f"These files are named in documents but don't exist: {missing}"


def test_a_backup_is_restored_by_whom_it_was_written_for() -> None:
    # Given the two commands that the operator is told to run
    commands = re.findall(
        r"^docker compose run (.+) worker hepstatus (backup|restore) /backup/",
        text_of("docs/operations.md"),
        re.MULTILINE,
    )
    assert [verb for _, verb in commands] == ["backup", "restore"]

    # When their options differ
    of_backup, of_restore = (set(options.split(" --")) for options, _ in commands)

    # Then a file that only its owner may read is not read, or is not found
    assert of_backup == of_restore


def test_every_artifact_is_documented() -> None:
    from domain.artifacts import ARTIFACTS

    # Given the addresses of artifacts, of families the part that all members have
    addresses = {
        f"`/{name.partition('*')[0]}" for name in (a.name for a in ARTIFACTS if a.has_address)
    }
    addresses = {"`/`" if name == "`/index.html" else name for name in addresses}

    # When a document does not spell one
    documents = ("docs/behaviour.md", "docs/http-api.md")
    missing = [(document, a) for document in documents for a in addresses
               if a not in text_of(document)]  # fmt: skip

    # Then visitors can't know of it
    assert not missing
