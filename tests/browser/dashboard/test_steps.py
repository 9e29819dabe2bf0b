"""A toggle can be undone; what can not takes a second press in place; all say what they did."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WINDOW = {"scheduledStart": "2098-07-01T10:00:00Z", "scheduledEnd": "2098-07-01T12:00:00Z"}


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def desk(actors, tab, page):
    """Ada's tree in a tab; `visitor` sees her page."""
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.visitor = actors.visitor(page)
    return look


def said(look):
    return look.page.locator("#said")


def test_a_toggle_says_what_it_did_and_is_undone(desk):
    # Given a leaf that is degraded, then out by mistake
    desk.page.locator(".tree button.degraded").click()
    expect(said(desk)).to_contain_text("API is now Degraded. Published.")
    desk.page.locator(".tree button.outage").click()
    expect(said(desk)).to_contain_text("API is now Outage. Published.")
    assert desk.visitor.statuses() == {"API": "outage"}
    assert faults(desk) == []

    # When that is undone
    desk.page.get_by_role("button", name="Undo").click()

    # Then it is as it was before, and this is said too
    expect(said(desk)).to_contain_text("API is now Degraded.")
    expect(desk.page.locator(".tree button.degraded")).to_have_attribute("aria-pressed", "true")
    assert desk.visitor.statuses() == {"API": "degraded"}


def test_a_pin_is_undone(actors, tab, page):
    page.leaf("Storage", kind="category")
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    row = look.page.locator(".category > .node")
    row.get_by_role("button", name="Outage", exact=True).click()
    expect(said(look)).to_contain_text("Storage is now Outage.")
    look.page.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="From its components")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(said(look)).to_contain_text("Storage now shows the worst status of the group.")


def test_undo_is_offered_for_ten_seconds(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.page.clock.install()
    look.page.reload()
    look.page.locator(".tree button.outage").click()
    undo = look.page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    look.page.clock.run_for(5_000)
    expect(undo).to_be_visible()
    look.page.clock.run_for(6_000)
    expect(undo).to_have_count(0)


def test_nobody_is_said_to_see_it_when_the_page_is_hidden(actors, tab):
    page = actors.owner().page(is_public=False)
    page.leaf("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.page.locator(".tree button.outage").click()
    expect(said(look)).to_have_text("API is now Outage.Undo")


@pytest.mark.parametrize("width", [390, 1280])
def test_an_incident_is_resolved_by_a_second_press_in_place(actors, tab, page, width):
    # Given an open incident in the list
    down = [{"component": "API", "status": "outage"}]
    actors.monitor(page).open("API is down", components=down)
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"), width=width)

    # When Resolve is pressed once, then nothing is written, and what would be is said
    first = look.page.get_by_role("button", name="Resolve", exact=True)
    first.click()
    step = look.page.get_by_role("dialog", name="Resolve")
    expect(step).to_contain_text("All Systems Operational; API becomes Online.")
    assert actors.visitor(page).statuses() == {"API": "outage"}
    assert faults(look) == []
    assert look.overflow() == []
    # and a second tap at the same spot, or Escape, is no confirmation
    first.click()
    expect(step).to_have_count(0)
    first.click()
    look.page.keyboard.press("Escape")
    expect(step).to_have_count(0)

    # When it is confirmed with a closing message, then it is resolved, and this is said
    first.click()
    look.page.get_by_label("Closing message").fill("A disk was full.")
    look.page.get_by_role("button", name="Resolve incident").click()
    expect(look.page.get_by_text("No open incidents.")).to_be_visible()
    expect(said(look)).to_contain_text("“API is down” is resolved. Published.")
    assert actors.visitor(page).statuses() == {"API": "operational"}


@pytest.mark.parametrize("screen", ["maintenance", "incidents/{}"])
def test_a_maintenance_is_started_and_finished_by_a_second_press(actors, tab, page, screen):
    plan = {"kind": "maintenance", "title": "New disks", "components": ["API"], **WINDOW}
    made = page.owner.post(f"{page.path}/incidents", plan).json()["data"]["id"]
    look = at_desk(tab, actors.system, page.owner, of(page, screen.format(made)))
    visitor = actors.visitor(page)
    for first, second, status, words in (
        ("Start now", "Start maintenance", "maintenance", "“New disks” has started."),
        ("Finish now", "Finish maintenance", "operational", "“New disks” has ended."),
    ):
        before = visitor.statuses()
        look.page.get_by_role("button", name=first).click()
        expect(look.page.get_by_role("dialog")).to_contain_text("API becomes")
        assert visitor.statuses() == before
        look.page.get_by_role("button", name=second).click()
        expect(said(look)).to_contain_text(words)
        assert visitor.statuses() == {"API": status}


def test_several_statuses_are_set_at_once_and_undone_together(actors, tab, page):
    # Given three leaves, two of them in a category, one of these degraded
    category = page.leaf("Storage", kind="category")
    page.leaf("Disks", parent=category, status="degraded")
    page.leaf("Tapes", parent=category)
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    before = actors.visitor(page).statuses()

    # When the category is chosen as a whole, with one status for all
    look.page.get_by_text("Set several statuses").click()
    look.page.get_by_role("checkbox", name="All of Storage").check()
    look.page.get_by_label("Status of all selected").select_option(label="Maintenance")
    assert faults(look) == []
    assert look.overflow() == []
    look.page.get_by_role("button", name="Set statuses").click()
    expect(said(look)).to_contain_text("The statuses are set. Published.")
    after = actors.visitor(page).statuses()
    assert after == {"API": "operational", "Disks": "maintenance", "Tapes": "maintenance"}

    # Then one Undo takes all of it back
    look.page.get_by_role("button", name="Undo").click()
    expect(said(look)).to_have_text("Undone.")
    assert actors.visitor(page).statuses() == before
