"""axe-core finds nothing on any public page, in both themes, on a desktop and on a phone."""

import pytest

from domain.page.commands import ChangePage
from domain.page.settings import Appearance
from tests.browser.faults import faults
from tests.browser.stage import address, nobody_home, write

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_found_when_the_demo_is_looked_at(demo, tab, width):
    look = tab(demo, width=width)
    paths = ["/history", *look.page.locator("h3 a").evaluate_all("n => n.map(a => a.pathname)")]
    look.page.locator(".bar").first.focus()
    assert faults(look) == []
    for path in paths[:3] if width == 390 else []:
        look.go(demo + path)
        assert faults(look) == [], path


def test_nothing_is_found_when_a_page_is_empty_or_all_is_well_or_all_is_lost(actors, tab):
    page = actors.owner().page()
    look = tab(address(actors.system, page.host))
    assert faults(look) == []
    for name, status in zip("ABCDE", STATUSES, strict=True):
        page.leaf(name, status=status)
    look.go(look.page.url)
    assert faults(look) == []
    # And with an accent that is hard to read
    write(actors.system, page.id, ChangePage(look=Appearance(accent="#404040")))
    look.go(look.page.url)
    assert faults(look) == []


STATUSES = ("operational", "degraded", "partial", "outage", "maintenance")

NOTHING = (
    ("nobody.localhost", "/"),
    ("demo.localhost", "/no"),
    ("localhost", "/"),
    ("localhost", "/no"),
)


def test_nothing_is_found_when_there_is_no_page(actors, demo, tab):
    for host, path in NOTHING:
        assert faults(tab(address(actors.system, host, path))) == []


@pytest.mark.system
def test_nothing_is_found_when_nobody_is_home(chromium, own_system, tab):
    with nobody_home(own_system):
        look = tab(address(own_system, "unvisited.localhost"), width=390)
        assert look.answer.status == 503
        assert faults(look) == []
        assert look.overflow() == []
