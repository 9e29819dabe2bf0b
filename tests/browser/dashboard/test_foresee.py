"""What a form would do is shown before it is sent, as visitors would see it."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, pick, url
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def page(actors):
    return actors.page("API", "Website")


def foreseen(look, title="Preview"):
    return look.page.frame_locator(f"iframe[title='{title}']")


def test_hero_and_leaves_follow_the_form_when_an_incident_is_about_to_be_opened(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents/new"), width=390)
    look.page.locator(".outlook summary").click()
    expect(look.page.get_by_text("The preview follows once")).to_be_visible()
    # When it is filled in, then what would change is shown
    look.page.get_by_label("Title").fill("All is lost")
    pick(look.page, "API", "Outage")
    shown = foreseen(look)
    expect(shown.locator(".hero strong")).to_have_text("Major System Outage")
    expect(shown.locator(".leaf")).to_have_count(1)
    expect(shown.locator(".leaf")).to_contain_text("API")
    expect(shown.locator(".leaf")).to_contain_text("Online now")
    # And when something else is chosen, then something else
    pick(look.page, "API", "Degraded")
    expect(shown.locator(".hero strong")).to_have_text("Degraded Performance")
    expect(look.page.get_by_text("Degraded Performance; API becomes Degraded.")).to_be_visible()
    assert faults(look) == []
    assert look.overflow() == []
    # And nothing was written, until it is sent
    vi = actors.visitor(page)
    assert "All is lost" not in vi.get("/").text
    look.page.get_by_role("button", name="Publish incident").click()
    expect(look.page.get_by_role("heading", name="All is lost")).to_be_visible()
    assert look.complaints == []


def test_a_refusal_is_told_when_what_is_about_to_be_posted_would_be_refused(actors, tab, page):
    made = actors.monitor(page).open("Trouble").json()["data"]["id"]
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{made}"))
    page.owner.delete(f"{page.path}/incidents/{made}")
    look.page.locator(".outlook summary").click()
    expect(look.page.locator("#outlook-update [role=status]")).to_contain_text("no such incident")


def test_the_whole_page_follows_the_form_when_it_is_customized(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, of(page, "customize"))
    shown = foreseen(look, "Preview of the page")
    expect(shown.locator(".hero strong")).to_have_text("All Systems Operational")
    field = look.page.locator("#headlines-operational")
    field.fill("Everything hums")
    expect(shown.locator(".hero strong")).to_have_text("Everything hums")
    assert "Everything hums" not in actors.visitor(page).get("/").text
    # When it is taken back, then it is the page as it is; the Back button knows of none of it
    field.fill("")
    expect(shown.locator(".hero strong")).to_have_text("All Systems Operational")
    field.fill("Everything hums")
    look.page.get_by_role("button", name="Save").click()
    expect(look.page.get_by_text("Saved.")).to_be_visible()
    assert "Everything hums" in actors.visitor(page).get("/").text
    look.page.go_back()
    assert look.page.url != url(actors.system, of(page, "customize"))
