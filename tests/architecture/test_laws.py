"""Every file of the house obeys every law, and every law notices who doesn't."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture import laws
from tests.architecture.source import ROOMS, ROOT, Source, sources

Law = Callable[[Source], Iterator[str]]

FROZEN = "@dataclass(frozen=True, slots=True)\nclass Page: ...\n"
SIGN = '"""Lives here: rules. Imports the core only; never a clock."""\n'

# Law, a place, and what is written there to break it.
OFFENCES = [
    (laws.is_short, "web/routes.py", "a = 1\n" * 300 + "def f(): ...\n"),
    (laws.is_short, "web/routes.py", "a = 1\n" * 451),
    (laws.has_short_functions, "web/routes.py", "def f():\n" + "    a = 1\n" * 40),
    (
        laws.has_short_functions,
        "web/routes.py",
        "class C:\n  async def f():\n" + "    a = 1\n" * 40,
    ),
    (laws.says_what_it_is, "web/routes.py", "a = 1\n"),
    (laws.says_what_it_is, "web/__init__.py", ""),
    (laws.has_a_sign_on_its_door, "web/__init__.py", '"""The web tier."""\n'),
    (laws.has_a_plain_name, "web/utils.py", ""),
    (laws.has_a_plain_name, "workers/page_manager.py", ""),
    (laws.has_a_plain_name, "domain/common/page.py", ""),
    (laws.keeps_the_core_alone, "domain/page/decide/table.py", "from domain.store import load\n"),
    (laws.keeps_the_core_alone, "domain/page/decide/table.py", "from ...store import load\n"),
    (laws.keeps_the_core_alone, "domain/page/decide/table.py", "import msgspec\n"),
    (laws.keeps_the_core_alone, "domain/page/decide/table.py", "def f():\n    import web.app\n"),
    (laws.keeps_the_core_pure, "domain/results.py", "import secrets\n"),
    (laws.keeps_the_core_pure, "domain/results.py", "from os import environ\n"),
    (laws.keeps_the_core_pure, "domain/results.py", "def f(d):\n    return d.now(UTC)\n"),
    (laws.keeps_the_core_pure, "domain/results.py", "print('here')\n"),
    (laws.freezes_its_dataclasses, "domain/page/state.py", "@dataclass\nclass Page: ...\n"),
    (
        laws.freezes_its_dataclasses,
        "domain/page/state.py",
        "@dataclass(slots=True)\nclass P: ...\n",
    ),
    (laws.leaves_libraries_in_their_rooms, "web/routes.py", "import sqlalchemy as sa\n"),
    (laws.leaves_libraries_in_their_rooms, "web/listener.py", "from redis.asyncio import Redis\n"),
    (
        laws.leaves_libraries_in_their_rooms,
        "domain/store/postgres/save.py",
        "from celery import Celery\n",
    ),
    (laws.leaves_libraries_in_their_rooms, "workers/drain.py", "import falcon\n"),
    (laws.treats_templates_as_data, "templates/page.py", "COLOUR = 'red'\n"),
    (laws.treats_templates_as_data, "workers/render/html.py", "from templates import page\n"),
    (laws.explains_its_exceptions, "web/routes.py", "a = 1  # noqa\n"),
    (laws.explains_its_exceptions, "web/routes.py", "a = 1  # noqa: S608\n"),
    (laws.explains_its_exceptions, "web/routes.py", "a = 1  # type: ignore[misc]\n"),
    (laws.keeps_comments_short, "web/routes.py", "# a\n# b\n# c\n# d\n"),
    (laws.compares_with_a_stable_clock, "a.py", '"WHERE at <= clock_timestamp()"'),
]

# Law, a place, and something near an offence that is none.
INNOCENCE = [
    (laws.is_short, "web/routes.py", "a = 1\n" * 300),
    (laws.has_short_functions, "web/routes.py", "def f():\n" + "    a = 1\n" * 39),
    (laws.has_a_sign_on_its_door, "domain/page/__init__.py", SIGN),
    (laws.has_a_plain_name, "web/database.py", ""),
    (laws.keeps_the_core_alone, "domain/page/decide/table.py", "from domain.page import state\n"),
    (laws.keeps_the_core_alone, "domain/store/postgres/load.py", "import msgspec\n"),
    (laws.keeps_the_core_pure, "domain/calendar.py", "from datetime import datetime, time\n"),
    (laws.keeps_the_core_pure, "domain/runtime/new_ids.py", "import secrets\n"),
    (laws.freezes_its_dataclasses, "domain/page/state.py", FROZEN),
    (laws.freezes_its_dataclasses, "web/visitors/cached_page.py", "@dataclass\nclass Copy: ...\n"),
    (laws.leaves_libraries_in_their_rooms, "domain/store/broker.py", "import celery\n"),
    (laws.leaves_libraries_in_their_rooms, "workers/render/png.py", "import cairosvg\n"),
    (laws.treats_templates_as_data, "templates/__init__.py", '"""What people see."""\n'),
    (laws.explains_its_exceptions, "web/routes.py", "a = 1  # noqa: S608 - only constants\n"),
    (laws.explains_its_exceptions, "a.py", "a = 1  # type: ignore[misc]  # Celery is untyped\n"),
    (laws.explains_its_exceptions, "web/routes.py", "# only constants\na = 1  # noqa: S608\n"),
    (laws.keeps_comments_short, "web/routes.py", "# a\n# b\n# c\na = 1\n# d\n"),
    (laws.compares_with_a_stable_clock, "a.py", '"SET at = clock_timestamp() WHERE a < b"'),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value)) if not isinstance(value, str) else value[:24]


@pytest.mark.parametrize("law", laws.LAWS, ids=_name)
def test_every_file_obeys(law: Law) -> None:
    # Given every file of the house
    files = sources(*ROOMS, "templates")

    # When the law looks at each
    offences = [offence for file in files for offence in law(file)]

    # Then it finds nothing to say
    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(("law", "path", "text"), OFFENCES, ids=_name)
def test_a_law_speaks_when_it_is_broken(law: Law, path: str, text: str) -> None:
    # Given a file that breaks it
    file = Source(PurePosixPath(path), text)

    # When the law looks, then it names the file
    assert any(path in offence for offence in law(file))


@pytest.mark.parametrize(("law", "path", "text"), INNOCENCE, ids=_name)
def test_a_law_is_silent_when_it_is_kept(law: Law, path: str, text: str) -> None:
    # Given a file that comes near to breaking it, when the law looks, then it says nothing
    assert not list(law(Source(PurePosixPath(path), text)))


def test_every_law_is_tried_from_both_sides() -> None:
    # Given the laws, when one has no example of an offence
    untried = [law.__name__ for law in laws.LAWS if law not in {offence[0] for offence in OFFENCES}]

    # Then nobody knows whether it would notice anything
    assert not untried, f"Give these laws an example that breaks them, in OFFENCES: {untried}"


def test_every_folder_with_code_is_a_package() -> None:
    # Given every folder that holds Python files (gunicorn's and Alembic's are loaded by path)
    folders = {file.path.parent for file in sources(*ROOMS)}

    # When one has no sign on its door
    unsigned = [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()]

    # Then it is no room of the house
    assert not unsigned, f"These folders need an __init__.py that says what lives there: {unsigned}"
