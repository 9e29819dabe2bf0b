"""The looks of statuses: each has its own in every table of templates/."""

import re

import pytest

from domain.runtime.template_loader import FOLDER, colours, shapes, wording
from domain.status import Status

GLYPHS = re.findall(r'<symbol id="(\w+)"', (FOLDER / "page" / "glyphs.svg").read_text("utf-8"))


@pytest.mark.parametrize("status", Status)
def test_status_has_every_look_when_it_is_shown(status):
    tables = (*colours().values(), *shapes().values(), wording()["labels"], wording()["headlines"])
    assert all(status in table for table in tables)
    assert all(f"fill_{status}" in palette for palette in colours().values())
    assert status in GLYPHS
