"""axe-core finds nothing on any screen, in both themes; nothing sticks out of a small window."""

from itertools import cycle

import pytest
from playwright.sync_api import expect

from ops.cli.accounts import grant_tokens
from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.browser.faults import faults, faults_in
from tests.support.actors import Actors, unique
from tests.support.inside import inside
from tests.support.pictures import png_text
from tests.support.screens import screens_of_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PARTS = 3  # all screens in one test would be past its time limit on a busy machine
WINDOW = {"scheduledStart": "2098-07-01T10:00:00Z", "scheduledEnd": "2098-07-01T12:00:00Z"}


@pytest.fixture(scope="module")
def screens(system):
    """An owner with a bit of everything, and the paths of all her screens."""
    with Actors(system) as actors:
        yield furnished(actors)


def furnished(actors):
    page = actors.page("API", "A name that is long enough to need a second line on a small phone")
    category = page.leaf("Storage", kind="category")
    inner = page.leaf("Europe", kind="category", parent=category)
    disks = page.leaf("Disks", parent=page.leaf("Berlin", kind="category", parent=inner))
    given = [{"component": "API", "status": "outage"}]
    opened = actors.monitor(page).open("API is down", body="We look.", components=given)
    plan = {"kind": "maintenance", "title": "New disks", "components": ["Disks"], **WINDOW}
    planned = page.owner.post(f"{page.path}/incidents", plan).json()["data"]["id"]
    page.owner.post(f"{page.path}/incidents", {"title": "Old", "state": "resolved"})
    incident = opened.json()["data"]["id"]
    update = page.owner.get(f"{page.path}/incidents/{incident}").json()["data"]["updates"][0]["id"]
    template = page.template("API down", body="We look.")
    page.key("A monitor whose name is long enough for a second line")
    page.owner.post(f"{page.path}/mount", {"host": f"{unique('status')}.a-long-name.example.org"})
    page.owner.patch(page.path, {"logo": png_text(300, 60)})
    with inside(actors.system):
        grant_tokens(page.owner.email, 1000)
    page.owner.post("/api/v1/status/purchases/trade", {})
    paths = (
        *(path.removeprefix("/") for path in screens_of_page()),
        *(f"components?edit={disks}", f"components?edit={category}", f"incidents/{incident}"),
        *(f"incidents/{incident}?edit=facts", f"incidents/{incident}?edit={update}"),
        *(f"incidents/{planned}?edit=facts", f"templates?edit={template}"),
        f"incidents/new?template={template}",
    )
    mine = ("/dashboard", "/dashboard/nothing", "/dashboard/tokens", "/dashboard/account")
    return page.owner, [*mine, *(of(page, path) for path in paths)]


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_found_when_an_owner_looks_at(actors, tab, screens, part):
    owner, paths = screens
    look = at_desk(tab, actors.system, owner)
    # each screen in one theme: what differs between themes are colours, and all screens share them
    for path, theme in zip(paths[part::PARTS], cycle(("dark", "light"))):
        look.page.set_viewport_size({"width": 1280, "height": 900})
        look.go(url(actors.system, path))
        assert faults_in(look, theme) == [], path
        for width in (1280, 320):
            look.page.set_viewport_size({"width": width, "height": 900})
            assert look.overflow() == [], path
            assert look.small_text() == [], path


@pytest.mark.parametrize(
    "path", ["/dashboard/login", "/dashboard/signup", "/dashboard/forgot", "/s/unknown"]
)
def test_nothing_is_found_when_a_stranger_looks_at(actors, tab, path):
    look = tab(url(actors.system, path), width=320)
    assert faults(look) == []
    assert look.overflow() == []


def test_nothing_is_found_when_there_is_nothing_yet(actors, tab):
    owner = actors.owner()
    look = at_desk(tab, actors.system, owner)
    assert faults(look) == []
    page = owner.page(is_public=False)
    look.go(url(actors.system, "/dashboard/tokens"))
    assert faults(look) == []
    for path in screens_of_page():
        look.go(url(actors.system, of(page, path.removeprefix("/"))))
        assert faults(look) == [], path


def test_nothing_is_found_when_a_key_is_shown_or_a_purchase_asked_about(actors, tab, screens):
    owner, paths = screens
    keys = next(path for path in paths if path.endswith("/keys"))
    look = at_desk(tab, actors.system, owner, keys, width=320)
    look.page.get_by_label("Name of the new key").fill("Another")
    look.page.get_by_role("button", name="Create key").click()
    expect(look.page.get_by_role("dialog")).to_be_visible()
    assert faults(look) == []
    assert look.overflow() == []
    look.go(url(actors.system, "/dashboard/tokens"))
    look.page.get_by_role("button", name="Buy a slot").click()
    assert faults(look) == []


def test_nothing_is_found_when_something_is_asked_or_refused(actors, tab, screens):
    owner, paths = screens
    edited = next(path for path in paths if "/components?edit=" in path)
    look = at_desk(tab, actors.system, owner, edited, width=390)
    look.page.get_by_role("button", name="More", exact=True).click()
    assert faults(look) == []
    look.page.keyboard.press("Escape")
    look.page.get_by_label("New component").fill("")
    look.page.get_by_role("button", name="Add component").click()
    assert faults(look) == []
    look.page.get_by_role("button", name="Delete").click()
    assert faults(look) == []
