"""Maintenances in the dashboard: planned in the page's zone, begun, ended, planned anew."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WINDOW = {"scheduledStart": "2098-07-01T10:00:00Z", "scheduledEnd": "2098-07-01T12:00:00Z"}


@pytest.fixture
def desk(actors, tab):
    """A page of Berlin with two leaves, its list of maintenances in a browser of Tokyo."""
    page = actors.page("API", "Disks")
    page.owner.patch(page.path, {"timeZone": "Europe/Berlin"})
    path = of(page, "maintenance")
    look = at_desk(tab, actors.system, page.owner, path, timezone="Asia/Tokyo")
    look.owned, look.visitor = page, actors.visitor(page)
    return look


def plan(look, **more):
    """Plan a window without the dashboard; show it."""
    body = {"kind": "maintenance", "title": "New disks", "components": ["Disks"], **WINDOW, **more}
    answer = look.owned.owner.post(f"{look.owned.path}/incidents", body)
    assert answer.status_code == 201, answer.text
    look.page.reload()


def test_leaves_are_told_apart_when_they_have_the_same_name(desk):
    for name in ("Europe", "America"):
        desk.owned.leaf("Gateway", parent=desk.owned.leaf(name, kind="category"))
    desk.page.get_by_role("link", name="Schedule", exact=True).click()
    boxes = desk.page.get_by_role("checkbox", name="America Gateway", exact=True)
    expect(boxes).to_have_count(1)


@pytest.mark.parametrize(
    ("start", "end", "instants"),
    [
        ("2098-07-01T10:00", "2098-07-01T12:30", ("08:00", "10:30")),  # summer
        ("2098-12-01T10:00", "2098-12-01T12:30", ("09:00", "11:30")),  # winter
        # The night in which clocks are put back, from before it to after it
        ("2098-10-26T01:30", "2098-10-26T04:30", ("23:30", "03:30")),
    ],
)
def test_a_window_is_at_the_times_of_the_page_when_it_is_planned(desk, start, end, instants):
    # When a window is planned in local times
    page = desk.page
    page.get_by_role("link", name="Schedule", exact=True).click()
    page.get_by_label("Title").fill("New disks")
    page.get_by_label("Start", exact=True).fill(start)
    page.get_by_label("End", exact=True).fill(end)
    page.get_by_role("checkbox", name="Disks").check()
    page.get_by_label("End automatically").uncheck()
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_role("heading", name="New disks")).to_be_visible()

    # Then it is planned for these instants, and the list tells local times
    expect(page.locator("#coming")).to_contain_text(f", {start[-5:]} GMT+")
    told = desk.visitor.json()["maintenances"][0]
    assert (told["scheduledStart"][11:16], told["scheduledEnd"][11:16]) == instants
    path = f"{desk.owned.path}/incidents/{told['id']}"
    data = desk.owned.owner.get(path).json()["data"]
    assert (data["autoStart"], data["autoEnd"]) == (True, False)


def test_an_end_before_the_start_is_refused_beside_the_end(desk):
    page = desk.page
    page.get_by_role("link", name="Schedule", exact=True).click()
    page.get_by_label("Title").fill("New disks")
    page.get_by_label("End", exact=True).fill("2026-01-01T00:00")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_text("The end must be later than the start.")).to_be_visible()
    expect(page.get_by_label("End", exact=True)).to_be_focused()


def test_visitors_see_it_when_a_window_is_begun_early_and_ended_early(desk):
    plan(desk)
    desk.page.get_by_role("button", name="Start now").click()
    desk.page.get_by_role("button", name="Start maintenance").click()
    expect(desk.page.locator("#running")).to_contain_text("New disks")
    assert desk.visitor.statuses()["Disks"] == "maintenance"
    desk.page.get_by_role("button", name="Finish now").click()
    desk.page.get_by_role("button", name="Finish maintenance").click()
    expect(desk.page.locator("#past")).to_contain_text("New disks")
    assert desk.visitor.statuses()["Disks"] == "operational"


def test_a_window_is_elsewhere_when_it_is_planned_anew(desk):
    plan(desk)
    desk.page.get_by_role("link", name="Reschedule").click()
    start = desk.page.get_by_label("Start", exact=True)
    expect(start).to_have_value("2098-07-01T12:00")
    start.fill("2098-07-01T13:15")
    desk.page.get_by_label("Start automatically").uncheck()
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_text("Starts manually.")).to_be_visible()
    told = desk.visitor.json()["maintenances"][0]
    assert told["scheduledStart"] == "2098-07-01T11:15:00.000Z"
    assert told["scheduledEnd"] == "2098-07-01T12:00:00.000Z"


def test_a_window_is_called_off_when_it_is_deleted(desk):
    plan(desk)
    desk.page.get_by_role("link", name="New disks").click()
    desk.page.get_by_role("button", name="Delete").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(desk.page.get_by_role("heading", name="No maintenance scheduled")).to_be_visible()
    assert desk.visitor.json()["maintenances"] == []
