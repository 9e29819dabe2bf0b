"""The frame of a page's screens: preview, publication and the switcher of pages."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from domain.page.state import Tier
from ops.cli import accounts
from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.support.inside import inside
from tests.support.screens import screens_of_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_every_screen_offers_preview_and_publication_of_a_hidden_page(actors, tab):
    page = actors.owner().page("Acme", is_public=False)
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"), width=390)
    for path in (*screens_of_page(), "/incidents/new"):
        look.go(url(actors.system, of(page, path.removeprefix("/"))))
        head = look.page.locator("#of-page")
        expect(head).to_contain_text("Hidden: only you see this page")
        expect(head.get_by_role("button", name="Publish")).to_be_visible()
        expect(head.get_by_role("link", name="Preview")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_public_after_one_press(actors, tab, width):
    # Given a hidden page, which its owner can preview
    page = actors.owner().page("Acme", is_public=False)
    look = at_desk(tab, actors.system, page.owner, of(page, "components"), width=width)
    with look.page.context.expect_page() as opened:
        look.page.get_by_role("link", name="Preview").click()
    expect(opened.value.locator("h1")).to_have_text("Acme")
    assert actors.visitor(page).get("/").status_code == 404

    # When it is published
    look.page.locator("#of-page").get_by_role("button", name="Publish").click()

    # Then the header says where visitors see it
    expect(look.page.locator("#said")).to_have_text("Acme is public now.")
    expect(look.page.locator("#of-page")).to_contain_text(f"Visible at {page.host}")
    expect(look.page.get_by_role("button", name="Publish")).to_have_count(0)
    expect(look.page.get_by_role("link", name=page.host)).to_have_attribute(
        "href", url(actors.system, "/").replace("localhost", page.host)
    )
    assert actors.visitor(page).get("/").status_code == 200


@pytest.mark.parametrize("width", [320, 1280])
def test_a_refused_publication_is_told_in_the_header(actors, tab, width):
    page = actors.owner().page(is_public=False)
    look = at_desk(tab, actors.system, page.owner, of(page, "components"), width=width)
    sentence = "Confirm your e-mail before you publish the page: open the mail that we sent. " * 2
    refusal = {"ok": False, "error": sentence, "code": "EMAIL_UNVERIFIED"}
    look.page.route(f"**{page.path}", lambda route: route.fulfill(status=403, json=refusal))
    look.page.get_by_role("button", name="Publish").click()
    expect(look.page.locator("#of-page").get_by_role("alert")).to_have_text(sentence.strip())
    assert look.overflow() == []


def test_a_text_that_is_typed_stays_when_the_page_is_published(actors, tab):
    page = actors.owner().page(is_public=False)
    screen = at_desk(tab, actors.system, page.owner, of(page, "settings")).page
    screen.get_by_label("Description").fill("Half a sen")
    screen.get_by_role("button", name="Publish").click()
    expect(screen.locator("#of-page")).to_contain_text("Visible at")
    expect(screen.get_by_label("Description")).to_have_value("Half a sen")
    screen.get_by_label("Description").press_sequentially("tence")
    screen.get_by_role("button", name="Save").click()
    expect(screen.locator("#said")).to_have_text("Saved.")


@pytest.fixture
def two_pages(actors):
    """Two pages of one owner, named Acme and Bolt."""
    owner = actors.owner()
    with inside(actors.system):
        accounts.set_tier(owner.email, Tier("prime"), datetime.now(UTC) + timedelta(days=30))
    return owner.page("Acme"), owner.page("Bolt")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("screen", ["components", "keys", "settings", "incidents/new"])
def test_the_switcher_leads_to_the_same_screen_of_another_page(
    actors, tab, two_pages, width, screen
):
    acme, bolt = two_pages
    look = at_desk(tab, actors.system, acme.owner, of(acme, screen), width=width)
    look.page.get_by_role("button", name="Switch page").click()
    assert look.overflow() == []
    look.page.get_by_role("link", name="Bolt").click()
    expect(look.page).to_have_url(url(actors.system, of(bolt, screen)))


def test_the_switcher_leads_from_an_incident_to_the_list_of_the_other_page(actors, tab, two_pages):
    acme, bolt = two_pages
    iid = acme.owner.done(acme.owner.post(f"{acme.path}/incidents", {"title": "Slow"}))["id"]
    screen = at_desk(tab, actors.system, acme.owner, of(acme, f"incidents/{iid}")).page
    screen.get_by_role("button", name="Switch page").click()
    screen.get_by_role("link", name="Bolt").click()
    expect(screen).to_have_url(url(actors.system, of(bolt, "incidents")))


def test_the_switcher_works_by_keyboard(actors, tab, two_pages):
    acme, bolt = two_pages
    screen = at_desk(tab, actors.system, bolt.owner, of(bolt, "components")).page
    button = screen.get_by_role("button", name="Switch page")
    link = screen.locator("#switch-pages a")

    # When it is opened, then it stands at this page; Escape leads back
    button.press("Enter")
    expect(link.nth(1)).to_be_focused()
    screen.keyboard.press("Escape")
    expect(button).to_be_focused()

    # and arrows go round, up to all pages
    button.press("Enter")
    for key, at in (("ArrowDown", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("ArrowDown", 0)):
        screen.keyboard.press(key)
        expect(link.nth(at)).to_be_focused()
    screen.keyboard.press("Enter")
    expect(screen).to_have_url(url(actors.system, of(acme, "components")))
