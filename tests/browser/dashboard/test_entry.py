"""The way in and out of the dashboard, and what stands where nothing is."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.support.actors import PASSWORD, unique

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def fill(page, email, password=PASSWORD):
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)


def test_a_page_is_public_after_a_few_clicks_when_somebody_signs_up(system, tab):
    # Given a newcomer at the front door
    look = tab(url(system, "/"))
    page, subdomain = look.page, unique("new")

    # When she signs up, makes a page with one component and makes it public
    page.get_by_role("link", name="Sign up").click()
    fill(page, f"{unique('newcomer')}@example.com")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Create your status page")).to_be_visible()
    page.get_by_label("Name").fill("Acme & <Co>")
    page.get_by_label("Address").fill(subdomain)
    page.get_by_role("button", name="Create page").click()
    page.get_by_label("New component").fill("API")
    page.get_by_role("button", name="Add component").click()
    expect(page.locator(".tree .name")).to_have_text("API")
    page.get_by_role("button", name="Publish").click()

    # Then visitors see it, and nothing was complained of on the way
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=f"{subdomain}.localhost").click()
    visited = opened.value
    expect(visited.locator("h1")).to_have_text("Acme & <Co>")
    expect(visited.locator(".hero strong")).to_have_text("All Systems Operational")
    assert look.complaints == []


def test_the_login_leads_back_when_a_screen_was_asked_for(actors, tab):
    # Given an owner without a session at the address of a screen
    owner = actors.owner()
    page = owner.page()
    tabbed = tab(url(actors.system, of(page, "components?edit=c_1"))).page

    # When she mistypes her password, then not
    fill(tabbed, owner.email, "wrong password")
    tabbed.get_by_role("button", name="Log in").click()
    expect(tabbed.get_by_role("alert").filter(has_text="do not match")).to_be_visible()
    tabbed.get_by_label("Password").fill(PASSWORD)
    tabbed.keyboard.press("Enter")

    # Then she is where she wanted to be
    expect(tabbed).to_have_url(url(actors.system, of(page, "components?edit=c_1")))
    expect(tabbed.get_by_role("heading", name="Components", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", "/api"]
)
def test_the_login_leads_to_the_pages_when_it_was_told_to_lead_elsewhere(actors, tab, elsewhere):
    owner = actors.owner()
    page = tab(url(actors.system, f"/dashboard/login?next={elsewhere}")).page
    fill(page, owner.email)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(url(actors.system))


def test_nothing_is_shown_any_more_when_an_owner_logs_out(actors, tab):
    # Given an owner on a phone
    owner = actors.owner()
    look = at_desk(tab, actors.system, owner, width=390)

    # When she logs out, and goes back
    look.page.get_by_role("button", name="More", exact=True).click()
    look.page.get_by_role("button", name="Log out").click()
    expect(look.page.get_by_role("heading", name="Log in")).to_be_visible()
    look.page.go_back()

    # Then she stands before the door, and so does a form that is still open somewhere
    expect(look.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert owner.get("/api/v1/auth/me").status_code == 401


def test_a_form_offers_the_login_when_the_session_ended_meanwhile(actors, tab):
    owner = actors.owner()
    look = at_desk(tab, actors.system, owner, of(owner.page(), "components"))
    owner.post("/api/v1/auth/logout")

    look.page.get_by_label("New component").fill("API")
    look.page.get_by_role("button", name="Add component").click()

    expect(look.page.get_by_role("dialog", name="Log in to continue")).to_be_visible()
    look.page.keyboard.press("Escape")
    expect(look.page.get_by_role("alert").filter(has_text="Log in to continue.")).to_be_visible()
    expect(look.page.get_by_label("New component")).to_have_value("API")


def test_another_owners_page_is_not_there_when_it_is_asked_for(actors, tab):
    page, bo = actors.page("API"), actors.owner("bo")
    for path in (of(page, "components"), of(page, "incidents/new"), "/dashboard/nothing"):
        look = at_desk(tab, actors.system, bo, path)
        assert look.answer.status == 404
        expect(look.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        expect(look.page.get_by_role("link", name="Your pages")).to_be_visible()


def test_lists_are_read_without_javascript(actors, tab):
    owner = actors.owner()
    page = owner.page()
    page.leaf("API")
    look = at_desk(tab, actors.system, owner, of(page, "components"), java_script_enabled=False)
    expect(look.page.locator(".tree .name")).to_have_text("API")
    expect(look.page.locator("noscript p")).to_contain_text("Changes need JavaScript")
    look.page.get_by_role("link", name="Edit API").click()
    expect(look.page.get_by_label("Description")).to_be_visible()


LINKS_TO_THE_RIGHT = """nodes => nodes.flatMap(nav => [...nav.querySelectorAll('a')].filter(
  link => link.getBoundingClientRect().right > nav.getBoundingClientRect().right
).map(link => link.textContent))"""


def test_every_link_of_the_rail_is_whole_when_there_is_a_desktop(actors, tab):
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"))
    rail = look.page.locator(".rail nav")
    expect(rail).to_have_count(2)
    assert rail.evaluate_all(LINKS_TO_THE_RIGHT) == []


def test_a_way_on_is_offered_when_there_is_nothing_at_an_address_of_the_base(actors, tab):
    look = tab(url(actors.system, "/login"), width=390)
    assert look.answer.status == 404
    expect(look.page.get_by_role("heading")).to_have_text("There is nothing at this address")
    assert look.overflow() == []
    look.page.get_by_role("link", name="Dashboard").click()
    expect(look.page.get_by_role("heading", name="Log in")).to_be_visible()
