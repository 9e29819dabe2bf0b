"""Two at one incident: lists follow by themselves, and a late update hears of an earlier one."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


HIDE = """isHidden => Object.defineProperty(
  document, "hidden", { value: isHidden, configurable: true })"""


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def incident(actors, page):
    return actors.monitor(page).open("Trouble", body="Oh.").json()["data"]["id"]


@pytest.fixture
def desk(actors, tab, page, incident):
    """Ada at the incident."""
    return at_desk(tab, actors.system, page.owner, of(page, f"incidents/{incident}"))


def timed(tab, system, owner, path):
    """A tab whose clock a test moves."""
    look = at_desk(tab, system, owner, path)
    look.page.clock.install()
    look.page.reload()
    return look


@pytest.mark.parametrize("screen", ["incidents", "incidents/{}", "components"])
def test_an_idle_tab_follows_others_when_somebody_may_look(actors, tab, page, incident, screen):
    look = timed(tab, actors.system, page.owner, of(page, screen.format(incident)))
    look.page.evaluate("window.sameDocument = true")
    actors.monitor(page).update(incident, "identified", body="A disk is full.")
    page.leaf("Website")
    look.page.clock.run_for(20_000)
    news = "Website" if screen == "components" else "A disk is full."
    expect(look.page.locator("main")).to_contain_text(news)
    assert look.page.evaluate("window.sameDocument")
    assert look.complaints == []


def test_a_hidden_tab_asks_for_nothing_until_its_owner_comes_back(actors, tab, page, incident):
    look = timed(tab, actors.system, page.owner, of(page, "incidents"))
    look.page.evaluate(HIDE, arg=True)
    look.requests.clear()
    look.page.clock.run_for(120_000)
    assert look.requests == []
    actors.monitor(page).update(incident, "identified", body="A disk is full.")
    look.page.evaluate(HIDE, arg=False)
    look.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(look.page.locator("main")).to_contain_text("A disk is full.")


def test_a_late_update_hears_of_an_earlier_one_and_may_be_posted_anyway(
    actors, page, desk, incident
):
    # Given a message that is being written while another tab posts
    message = desk.page.get_by_label("Message")
    message.fill("All is well.")
    desk.page.get_by_role("radio", name="Resolved").check()
    actors.monitor(page).update(incident, "identified", body="A disk is full.")

    # When it is published
    desk.page.get_by_role("button", name="Publish update").click()

    # Then it is not, and what was said meanwhile stands beside it, also in the timeline
    alert = desk.page.locator("#update [role=alert]:visible")
    expect(alert).to_contain_text("identified: A disk is full.")
    expect(desk.page.locator(".timeline li").first).to_contain_text("A disk is full.")
    expect(message).to_have_value("All is well.")
    assert faults(desk) == []

    # And it is published anyway once its author wants that
    alert.get_by_role("button", name="Post anyway").click()
    expect(desk.page.locator(".timeline li").first).to_contain_text("All is well.")
    expect(message).to_have_value("")
    expect(desk.page.locator("#facts")).to_contain_text("Resolved")


def test_a_late_end_hears_of_an_earlier_update_when_it_is_told_in_the_list(
    actors, tab, page, incident
):
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"))
    look.page.get_by_role("button", name="Resolve").click()
    look.page.get_by_label("Closing message").fill("All is well.")
    actors.monitor(page).update(incident, "identified", body="A disk is full.")
    look.page.get_by_role("button", name="Resolve incident").click()
    expect(look.page.get_by_text("identified: A disk is full.")).to_be_visible()
    assert actors.visitor(page).json()["incidents"][0]["state"] == "identified"
    look.page.get_by_role("button", name="Resolve incident anyway").click()
    expect(look.page.get_by_text("No open incidents.")).to_be_visible()
    assert actors.visitor(page).json()["incidents"] == []
