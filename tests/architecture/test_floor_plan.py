"""The same area names in every tier, few siblings, arrows in one direction."""

from pathlib import PurePosixPath

import pytest

from tests.architecture.floor_plan import (
    SIBLINGS_MAX,
    crowded_folders,
    keeps_its_direction,
    keeps_to_the_areas,
    takes_parts_one_by_one,
)
from tests.architecture.source import Source, sources


def test_no_folder_is_crowded() -> None:
    assert not list(crowded_folders(source.path for source in sources()))


def test_a_crowded_folder_is_found() -> None:
    paths = [PurePosixPath(f"web/http/m{number}.py") for number in range(SIBLINGS_MAX + 1)]
    assert list(crowded_folders(paths))
    assert not list(crowded_folders([*paths[1:], PurePosixPath("web/http/__init__.py")]))


@pytest.mark.parametrize("law", [keeps_to_the_areas, keeps_its_direction, takes_parts_one_by_one])
def test_every_module_keeps_to_the_floor_plan(law) -> None:
    offences = [offence for source in sources() for offence in law(source)]
    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(
    ("law", "path", "text"),
    [
        (keeps_to_the_areas, "web/api/purchases/resource.py", ""),
        (keeps_to_the_areas, "web/dashboard/look.py", ""),
        (keeps_its_direction, "web/http/auth.py", "from web.api import keys\n"),
        (keeps_its_direction, "web/visitors/app.py", "from domain.store.postgres import load\n"),
        (keeps_its_direction, "domain/store/redis/keys.py", "import sqlalchemy\n"),
        (takes_parts_one_by_one, "web/http/auth.py", "from web.process import Process\n"),
        (takes_parts_one_by_one, "web/routes.py", "from web import process\n"),
    ],
)
def test_a_law_of_the_floor_plan_speaks_when_it_is_broken(law, path, text) -> None:
    assert list(law(Source(PurePosixPath(path), text)))
