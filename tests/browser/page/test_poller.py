"""An open tab stays true: what the poller replaces, what it keeps, and what it lives through."""

import pytest
from playwright.sync_api import expect

from tests.browser.stage import address, expect_soon, poll
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def watched(actors, tab):
    """A page with an open incident, its monitor, and a tab that looks at it."""
    page = actors.page("API", "Website")
    monitor = actors.monitor(page)
    group = page.leaf("Storage", kind="category")
    page.leaf("Disks", parent=group)
    filler = "\n\n".join(f"Line {number}" for number in range(40))
    opened = monitor.open("Slow disks", body=filler, components=[given("Disks", "degraded")])
    look = tab(address(actors.system, page.host))
    look.page.evaluate("window.sameDocument = true")
    look.incident = opened.json()["data"]["id"]
    return look, monitor, page


def given(component, status):
    return {"component": component, "status": status}


def test_content_is_replaced_in_place_when_a_monitor_posts(watched):
    look, monitor, _ = watched
    favicon = look.page.locator("link[rel=icon]").get_attribute("href")

    monitor.open("All is lost", components=[given("API", "outage")])
    poll(look)

    expect_soon(look.page.locator(".hero strong")).to_have_text("Major System Outage")
    expect(look.page).to_have_title("Major System Outage · Acme")
    expect(look.page.locator("#live")).to_have_text(
        "Major System Outage · Acme. All is lost: Investigating"
    )
    assert look.page.locator("link[rel=icon]").get_attribute("href") != favicon
    assert look.page.evaluate("window.sameDocument") is True
    assert look.complaints == []


def test_nothing_is_fetched_but_the_version_when_nothing_changed(watched):
    look, _, _ = watched
    before = len(look.requests)

    poll(look)
    # Asked from outside: the page's policy forbids the evaluation that Playwright's own wait needs.
    fetched = "performance.getEntriesByName(location.origin + '/status-version.json').length"
    wait_until(lambda: look.page.evaluate(fetched) > 0, "the version was fetched")

    assert [url.rpartition("/")[2] for url in look.requests[before:]] == ["status-version.json"]


def test_folds_and_focus_are_kept_when_content_is_replaced(watched):
    look, monitor, _ = watched
    summary = look.page.locator("main summary")
    summary.focus()
    look.page.keyboard.press("Enter")
    expect(look.page.locator("main details")).not_to_have_attribute("open", "")

    monitor.toggle("Website", "partial")
    poll(look)

    expect_soon(look.page.locator(".leaf .st.partial")).to_be_visible()
    expect(look.page.locator("main details")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    # And when the page is loaded anew
    look.page.reload()
    expect(look.page.locator("main details")).not_to_have_attribute("open", "")
    assert look.page.locator("summary .st").inner_text() == "Degraded"


def test_the_day_in_focus_stays_explained_when_content_is_replaced(watched):
    look, monitor, _ = watched
    key = look.page.locator(".bar").first.get_attribute("data-key")
    bar = look.page.locator(f".bar[data-key={key}]")  # what is affected comes first
    bar.focus()
    look.page.keyboard.press("Home")

    monitor.toggle("Website", "partial")
    poll(look)

    expect_soon(look.page.locator(".leaf .st.partial")).to_be_visible()
    expect(bar).to_be_focused()
    expect(look.page.locator(".tip")).to_contain_text("No data")


def test_what_is_read_stays_in_its_place_when_something_is_added_above(watched):
    look, monitor, _ = watched
    look.page.locator("[data-part=tree]").scroll_into_view_if_needed()
    line = look.page.locator(".words p", has_text="Line 39")
    line.evaluate("node => node.scrollIntoView({block: 'center'})")
    before = line.bounding_box()["y"]

    monitor.open("Another", body="Above the first one")
    poll(look)

    expect_soon(look.page.get_by_role("heading", name="Another")).to_have_count(1)
    assert line.bounding_box()["y"] == pytest.approx(before, abs=2)


def test_the_link_in_focus_keeps_it_when_its_incident_says_more(watched):
    look, monitor, _ = watched
    link = look.page.get_by_role("link", name="Slow disks").first
    link.focus()

    monitor.update(look.incident, "identified", body="Found it.")
    poll(look)

    expect_soon(look.page.locator("#live")).to_have_text("Slow disks: Identified")
    expect(link).to_be_focused()


def test_the_page_recovers_by_itself_when_it_was_offline(watched):
    look, monitor, _ = watched
    context = look.page.context
    context.set_offline(True)
    poll(look)
    monitor.toggle("API", "outage")
    assert look.page.locator(".hero strong").inner_text() == "Degraded Performance"

    context.set_offline(False)
    poll(look)

    expect_soon(look.page.locator(".hero strong")).to_have_text("Major System Outage")
    assert look.complaints == []


def test_nothing_is_asked_when_the_network_fails_in_the_middle(watched):
    look, monitor, _ = watched
    look.page.route("**/status-version.json", lambda route: route.abort())
    poll(look)
    look.page.unroute("**/status-version.json")
    monitor.toggle("API", "outage")

    poll(look)

    expect_soon(look.page.locator(".hero strong")).to_have_text("Major System Outage")
    assert not [line for line in look.complaints if "Failed to load" not in line]


def test_a_lagging_cache_is_asked_again_when_the_next_poll_comes(watched, actors):
    look, monitor, page = watched
    old = actors.visitor(page).get("/").text
    asked = []

    def lag(route):
        asked.append(route.request.url)
        route.fulfill(body=old, content_type="text/html")

    look.page.route("**/?v=*", lag, times=1)
    monitor.toggle("API", "outage")
    with look.page.expect_response("**/?v=*"):
        poll(look)
    assert look.page.locator(".hero strong").inner_text() == "Degraded Performance"

    poll(look)

    expect_soon(look.page.locator(".hero strong")).to_have_text("Major System Outage")
    assert len(asked) == 1


def test_a_permalink_grows_when_its_incident_says_more(watched, actors):
    look, monitor, page = watched
    look.go(address(actors.system, page.host, f"/incidents/{look.incident}"))

    monitor.update(look.incident, "resolved", body="All is well.")
    poll(look)

    expect_soon(look.page.locator(".words").first).to_have_text("All is well.")
