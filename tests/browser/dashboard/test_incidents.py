"""Incidents in the dashboard: with a thumb, by keyboard alone, and put right afterwards."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, pick
from tests.browser.stage import address

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def burning(actors, tab):
    """A page with an open incident of a monitor's, at its owner's list."""
    page = actors.page("API", "Website")
    given = [{"component": "API", "status": "outage"}]
    opened = actors.monitor(page).open("API is down", body="We look.", components=given)
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"))
    look.owned, look.visitor = page, actors.visitor(page)
    look.incident = opened.json()["data"]["id"]
    return look


def test_an_incident_is_open_after_three_taps_when_a_phone_reports_it(actors, tab):
    # Given the list of pages on a phone
    page = actors.page("API", "Website")
    look = at_desk(tab, actors.system, page.owner, width=390, has_touch=True, is_mobile=True)
    taps = []

    def tap(locator):
        taps.append(locator)
        locator.tap()

    # When a thumb reports that the API is down
    tap(look.page.get_by_role("link", name="Create incident"))
    expect(look.page.get_by_label("Title")).to_be_focused()
    look.page.keyboard.type("Nobody can log in")
    tap(look.page.get_by_role("checkbox", name="API"))
    tap(look.page.get_by_role("button", name="Publish incident"))
    expect(look.page.get_by_role("heading", name="Nobody can log in")).to_be_visible()

    # Then visitors read it, and it took no more than six taps (issue 7)
    assert len(taps) <= 6
    told = actors.visitor(page).json()
    assert [(i["name"], i["impact"]) for i in told["incidents"]] == [
        ("Nobody can log in", "critical")
    ]
    assert actors.visitor(page).statuses() == {"API": "outage", "Website": "operational"}
    assert look.overflow() == []


def test_an_incident_is_over_after_two_clicks_when_the_list_resolves_it(burning):
    burning.page.get_by_role("button", name="Resolve").click()
    burning.page.get_by_role("button", name="Resolve incident").click()
    expect(burning.page.get_by_text("No open incidents.")).to_be_visible()
    expect(burning.page.locator("#past")).to_contain_text("API is down")
    assert burning.visitor.statuses()["API"] == "operational"


def test_the_list_tells_words_without_marks_when_they_have_some(burning):
    body = {"state": "identified", "body": "See the [retry guide](https://e.example/) **now**."}
    path = f"{burning.owned.path}/incidents/{burning.incident}/updates"
    assert burning.owned.owner.post(path, body).status_code == 201
    burning.page.reload()
    expect(burning.page.locator(".incident .said")).to_have_text("See the retry guide now.")


def test_leaves_are_told_apart_when_they_have_the_same_name(actors, tab):
    # Given a Gateway in Europe and one in America
    page = actors.page("API")
    for name in ("Europe", "America"):
        page.leaf("Gateway", parent=page.leaf(name, kind="category"))
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents/new"), width=320)
    # When the one in America is chosen by what its group is called
    look.page.get_by_label("Title").fill("Slow")
    expect(look.page.get_by_role("checkbox", name="API", exact=True)).to_be_visible()
    pick(look.page, "America Gateway", "Outage")
    assert look.overflow() == []
    look.page.get_by_role("button", name="Publish incident").click()

    # Then the incident, the list and visitors say which it is
    expect(look.page.locator("#facts .chips li")).to_have_text("America / Gateway")
    look.page.get_by_role("link", name="Incidents").click()
    expect(look.page.locator(".incident .chips li")).to_have_text("America / Gateway")
    host = address(actors.system, page.host)
    seen = tab(host, width=320)
    for path in ("/", seen.page.locator("h3 a").get_attribute("href"), "/history"):
        seen.go(host.rstrip("/") + path)
        expect(seen.page.locator(".chips li")).to_have_text("America / Gateway")


HELD = """() => { const node = document.activeElement;
  const named = node.labels?.[0]?.innerText ?? node.getAttribute("aria-label");
  return named ?? node.innerText ?? ""; }"""


def tab_to(page, name):
    """Press Tab until what bears the name has the focus; a keyboard has no other way."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(HELD).strip().startswith(name):
            return
    raise AssertionError(f"Tab never came to {name!r}")


def test_an_incident_is_told_from_begin_to_end_when_there_is_only_a_keyboard(actors, tab):
    # Given an owner at the list of pages, without a mouse
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner)
    keys, visitor = look.page.keyboard, actors.visitor(page)
    keys.press("Tab")
    expect(look.page.get_by_role("link", name="Skip to content")).to_be_focused()
    keys.press("Enter")

    # When it is opened
    tab_to(look.page, "Create incident")
    keys.press("Enter")
    expect(look.page.get_by_label("Title")).to_be_focused()
    keys.type("Slow answers")
    tab_to(look.page, "API")
    keys.press("Space")
    keys.press("Tab")
    keys.type("Deg")
    expect(look.page.get_by_label("Status of API")).to_have_value("degraded")
    tab_to(look.page, "Publish incident")
    keys.press("Enter")
    expect(look.page.get_by_role("heading", name="Slow answers")).to_be_visible()
    assert visitor.statuses() == {"API": "degraded"}

    # And told of, and resolved
    look.page.locator("#main").focus()
    tab_to(look.page, "Investigating")
    keys.press("ArrowRight")
    keys.press("Tab")
    keys.type("A disk is full.")
    tab_to(look.page, "Publish update")
    keys.press("Enter")
    expect(look.page.locator(".timeline")).to_contain_text("A disk is full.")
    expect(look.page.get_by_role("button", name="Publish update")).to_be_focused()
    assert visitor.json()["incidents"][0]["latestUpdate"]["body"] == "A disk is full."
    tab_to(look.page, "Skip")
    tab_to(look.page, "Incidents")
    keys.press("Enter")
    expect(look.page.get_by_role("link", name="Slow answers")).to_be_visible()
    tab_to(look.page, "Resolve")
    keys.press("Enter")
    expect(look.page.get_by_role("button", name="Resolve incident")).to_be_focused()
    keys.press("Enter")

    # Then all is well
    expect(look.page.get_by_text("No open incidents.")).to_be_visible()
    assert visitor.json()["incidents"] == []
    assert visitor.statuses() == {"API": "operational"}


def test_state_words_and_components_go_together_when_an_update_is_posted(burning):
    page = burning.page
    page.get_by_role("link", name="API is down").click()
    page.get_by_role("radio", name="Monitoring").check()
    page.get_by_label("Message").fill("**Better** already.")
    pick(page, "API", "Degraded")
    pick(page, "Website", "Partial Outage")
    page.get_by_role("button", name="Publish update").click()
    expect(page.locator(".timeline > li").first).to_contain_text("Better already.")
    expect(page.locator("#facts")).to_contain_text("Website")
    expect(page.get_by_label("Message")).to_have_value("")
    assert burning.visitor.statuses() == {"API": "degraded", "Website": "partial"}
    assert burning.visitor.json()["incidents"][0]["state"] == "monitoring"


def test_visitors_read_what_is_left_when_an_update_is_edited_or_deleted(burning):
    page = burning.page
    page.get_by_role("link", name="API is down").click()
    page.get_by_role("link", name="Edit this update").click()
    page.locator(".timeline").get_by_label("Message", exact=True).fill("We know.")
    page.locator(".timeline").get_by_role("button", name="Save").click()
    expect(page.locator(".timeline")).to_contain_text("edited")
    assert burning.visitor.json()["incidents"][0]["latestUpdate"]["body"] == "We know."

    page.get_by_role("link", name="Edit this update").click()
    page.locator(".timeline").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No updates yet.")).to_be_visible()
    assert burning.visitor.json()["incidents"][0]["latestUpdate"] is None


def test_an_incident_is_corrected_and_deleted_when_it_was_a_mistake(burning):
    page = burning.page
    page.get_by_role("link", name="API is down").click()
    page.get_by_role("link", name="Change title").click()
    expect(page.get_by_label("Title")).to_be_focused()
    page.get_by_label("Title").fill("The API was down")
    page.get_by_label("Impact").select_option("minor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The API was down")).to_be_visible()
    assert burning.visitor.json()["incidents"][0]["impact"] == "minor"

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No open incidents.")).to_be_visible()
    assert burning.visitor.statuses()["API"] == "operational"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Pacific/Auckland"])
def test_an_incident_began_when_the_owner_says_in_the_zone_of_the_page(actors, tab, zone):
    # Given a page in a zone that the browser is not in
    page = actors.page("API")
    page.owner.patch(page.path, {"timeZone": zone})
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents/new"), timezone="Asia/Tokyo")
    began_at = (datetime.now(UTC) - timedelta(days=20)).replace(second=0, microsecond=0)
    # When an incident is told afterwards, and one of the future
    look.page.get_by_label("Title").fill("It was dark")
    look.page.get_by_text("State, impact, times").click()
    look.page.get_by_label("Start").fill(f"{began_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}")
    look.page.get_by_role("button", name="Publish incident").click()
    expect(look.page.get_by_role("heading", name="It was dark")).to_be_visible()

    # Then it began at that instant
    incident = actors.visitor(page).json()["incidents"][0]
    assert incident["startedAt"] == f"{began_at:%Y-%m-%dT%H:%M}:00.000Z"
    look.page.get_by_role("link", name="Change title").click()
    look.page.get_by_label("Start").fill("2090-01-01T00:00")
    look.page.get_by_role("button", name="Save").click()
    expect(
        look.page.get_by_role("alert").filter(has_text="The start can't be in the future")
    ).to_be_visible()


def test_older_incidents_are_a_link_away_when_there_are_many(actors, tab):
    page = actors.page("API")
    for number in range(22):
        body = {"title": f"Old {number}", "state": "resolved"}
        assert page.owner.post(f"{page.path}/incidents", body).status_code == 201
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"))
    expect(look.page.locator(".rows li")).to_have_count(20)
    older, card = look.page.get_by_role("link", name="Older"), look.page.locator(".rows")
    below = card.bounding_box()["y"] + card.bounding_box()["height"]
    assert older.bounding_box()["y"] - below >= 12
    older.click()
    expect(look.page.locator(".rows li")).to_have_count(2)


def local(at, zone="UTC"):
    """A time as an input of a form holds it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def test_an_hour_of_the_past_lasts_an_hour_when_the_forms_tell_its_times(actors, tab):
    # Given the form for a new incident
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents/new"))
    began_at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=3)
    hour = timedelta(hours=1)

    # When an incident is reported that is over
    look.page.get_by_label("Title").fill("No logins on Friday")
    look.page.locator("#facts-more summary").click()
    look.page.locator("#state").select_option("resolved")
    look.page.get_by_label("Start", exact=True).fill(local(began_at))
    look.page.get_by_label("End", exact=True).fill(local(began_at + hour))
    look.page.get_by_role("button", name="Publish incident").click()

    # Then it lasted an hour
    expect(look.page.locator("#facts")).to_contain_text("lasted 1\u00a0h")
    # And when its end is corrected, two
    look.page.locator("#edit-facts").click()
    look.page.get_by_label("End", exact=True).fill(local(began_at + 2 * hour))
    look.page.locator("#form-facts").get_by_role("button", name="Save").click()
    expect(look.page.locator("#facts")).to_contain_text("lasted 2\u00a0h")


def test_an_update_stands_where_it_occurred_when_the_form_tells_its_time(burning):
    # Given an incident that began three hours ago
    began_at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
    owned, look = burning.owned, burning.page
    path = f"{owned.path}/incidents/{burning.incident}"
    owned.owner.patch(path, {"startedAt": began_at.isoformat()})
    owned.owner.post(f"{path}/updates", {"state": "monitoring", "body": "Now."})

    # When an update is posted of two hours ago
    look.get_by_role("link", name="API is down").click()
    look.locator("#body").fill("Then.")
    look.locator("#state-identified").check(force=True)
    look.locator("#times summary").click()
    look.get_by_label("Occurred").fill(local(began_at + timedelta(hours=1)))
    look.get_by_role("button", name="Publish update").click()

    # Then it stands between the others, with both of its times
    entries = look.locator("#timeline li")
    expect(entries).to_have_count(3)
    expect(entries.nth(1)).to_contain_text("Then.")
    expect(entries.nth(1)).to_contain_text("posted")
    expect(entries.nth(0)).not_to_contain_text("posted")
