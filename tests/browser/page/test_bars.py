"""The 90-day bars: reached by keyboard, mouse and thumb; the card of a day."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TODAY = "Degraded Elevated error rates on the API"


@pytest.fixture
def desk(demo, tab):
    return unfolded(tab(demo).page)


@pytest.fixture
def phone(demo, tab):
    return unfolded(tab(demo, width=390, has_touch=True, is_mobile=True).page)


def unfolded(page):
    """Open all categories, the healthy ones too."""
    page.locator("details").evaluate_all("nodes => nodes.forEach(node => { node.open = true; })")
    return page


def bar_of(page, name):
    return page.locator(".bar").and_(page.get_by_role("group", name=re.compile(f"^{name},")))


def day(days_ago):
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return f"{at.day} {at:%B %Y}"


def test_a_bar_is_one_tab_stop_when_one_tabs_through_the_page(desk):
    bar_of(desk, "API").focus()
    expect(desk.locator(".tip")).to_contain_text(f"{day(0)} {TODAY}")
    desk.keyboard.press("Tab")
    expect(desk.locator(".tip a")).to_be_focused()
    desk.keyboard.press("Tab")
    expect(desk.locator("summary", has_text="Storage")).to_be_focused()
    expect(desk.locator(".tip")).to_have_count(0)


def test_arrows_move_a_day_and_home_and_end_to_the_edges_when_a_bar_has_the_focus(desk):
    # given a leaf without any trouble: that of others began yesterday, shortly after midnight
    bar, tip = bar_of(desk, "Website"), desk.locator(".tip")
    bar.focus()
    for key, expected in (
        ("ArrowLeft", f"{day(1)} No downtime"),
        ("ArrowLeft", f"{day(2)} No downtime"),
        ("ArrowRight", f"{day(1)} No downtime"),
        ("Home", f"{day(89)} No downtime"),
        ("ArrowLeft", f"{day(89)} No downtime"),
        ("End", f"{day(0)} No downtime"),
        ("ArrowRight", f"{day(0)} No downtime"),
    ):
        desk.keyboard.press(key)
        expect(tip).to_have_text(expected)
        expect(desk.locator("#live")).to_have_text(
            expected.replace(" No downtime", ", No downtime")
        )


def test_up_and_down_jump_between_days_of_trouble_when_a_bar_has_the_focus(desk):
    bar, tip = bar_of(desk, "Objects, Frankfurt"), desk.locator(".tip")
    bar.focus()
    desk.keyboard.press("ArrowUp")
    expect(tip).to_have_text(
        f"{day(71)} Outage 46 min Partial Outage 12 min Degraded 1 h 32 min"
        " Uploads to Frankfurt fail"
    )
    before = desk.evaluate("scrollY")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowDown")
    expect(tip).to_contain_text(day(71))
    assert desk.evaluate("scrollY") == before, "the page scrolls while the days are walked"


def test_escape_closes_the_card_when_it_is_open(desk):
    bar = bar_of(desk, "API")
    bar.focus()
    desk.keyboard.press("Escape")
    expect(desk.locator(".tip")).to_have_count(0)
    expect(bar).to_be_focused()
    # And from inside of the card, back to its bar
    desk.keyboard.press("End")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Escape")
    expect(desk.locator(".tip")).to_have_count(0)
    expect(bar).to_be_focused()


def test_the_card_leads_to_the_incident_when_its_link_is_followed(desk):
    bar_of(desk, "API").focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Elevated error rates on the API")).to_be_visible()
    assert "/incidents/i_" in desk.url


def test_a_day_is_explained_when_the_mouse_is_over_it(desk):
    bar = bar_of(desk, "Billing")
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    desk.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 5)
    expect(desk.locator(".tip")).to_have_text(f"{day(44)} No downtime")
    mark = desk.locator(".cur").bounding_box()
    assert mark["x"] == pytest.approx(box["x"] + box["width"] * 45 / 90, abs=2)
    # And no longer when it is elsewhere
    desk.mouse.move(5, 5)
    expect(desk.locator(".tip")).to_have_count(0)


def test_a_day_is_explained_when_it_is_tapped_on_a_phone(phone):
    bar = bar_of(phone, "API")
    width = bar.bounding_box()["width"]
    bar.tap(position={"x": width - 1, "y": 10})  # a day is 3 pixels, and yesterday may be hit too
    expect(phone.locator(".tip")).to_have_text(f"{day(0)} {TODAY}")
    bar.tap(position={"x": 2, "y": 10})
    expect(phone.locator(".tip")).to_contain_text(f"{day(89)} No downtime")
    phone.locator("h1").tap(position={"x": 2, "y": 2})
    expect(phone.locator(".tip")).to_have_count(0)


def test_a_thumb_means_the_day_of_trouble_when_that_is_under_it(phone):
    bar = bar_of(phone, "Objects, Frankfurt")
    width = bar.bounding_box()["width"]
    bar.tap(position={"x": (89 - 71 + 0.5) * width / 90 + 8, "y": 10})
    expect(phone.locator(".tip")).to_contain_text("Uploads to Frankfurt fail")
    # And no further away than a thumb is wide
    bar.tap(position={"x": (89 - 71 + 0.5) * width / 90 + 20, "y": 10})
    expect(phone.locator(".tip")).to_contain_text("No downtime")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_card_points_at_its_day_and_stays_in_its_row_when_any_day_is_shown(demo, tab, width):
    page = tab(demo, width=width).page
    bar = bar_of(page, "API")
    for key in ("Home", "End", "ArrowUp"):
        bar.focus()
        page.keyboard.press(key)
        card, row = (page.locator(what).bounding_box() for what in (".tip", ".leaf:has(.tip)"))
        mark = page.locator(".cur").bounding_box()
        caret = page.locator(".tip").evaluate(
            "node => parseFloat(node.style.getPropertyValue('--x'))"
        )
        assert card["width"] == 240
        assert row["x"] - 0.5 <= card["x"]
        assert card["x"] + card["width"] <= row["x"] + row["width"] + 0.5
        assert card["x"] + caret == pytest.approx(mark["x"] + mark["width"] / 2, abs=2)


def test_every_day_of_trouble_is_told_as_text_when_nothing_is_seen(desk):
    listed = bar_of(desk, "Dashboard").get_by_role("listitem")
    expect(listed).to_have_count(2)
    expect(listed.first).to_have_text(f"{day(9)}: Degraded 2 h 20 min · Dashboard loads slowly")
    expect(bar_of(desk, "Website").get_by_role("listitem")).to_have_text("No downtime")


def test_the_card_tells_incidents_and_status_changes_apart_when_a_day_had_both(actors, tab):
    # given a leaf that a toggle had out for a moment, and an incident degrades
    page = actors.page("API")
    mon = actors.monitor(page)
    for status in ("outage", "operational"):
        mon.done(mon.toggle("API", status), 200)
    mon.done(mon.open("Slow", components=[{"component": "API", "status": "degraded"}]))
    # when its day is looked at
    look = tab(f"http://{page.host}:{actors.system.webs[0].port}/")
    bar_of(look.page, "API").focus()
    # then the bar has the worst, and the card says of each where it comes from
    expect(look.page.locator(".tip")).to_have_text(f"{day(0)} Degraded Slow Status changes Outage")
    assert look.page.locator(".bar path.outage").count() == 1


def test_a_young_leaf_has_no_data_when_its_bar_begins_before_it(actors, tab):
    page = actors.page("Newborn")
    look = tab(f"http://{page.host}:{actors.system.webs[0].port}/")
    bar = bar_of(look.page, "Newborn")
    bar.focus()
    look.page.keyboard.press("Home")
    expect(look.page.locator(".tip")).to_have_text(f"{day(89)} No data")
    expect(look.page.get_by_label("Legend")).to_contain_text("No data")
    assert "no uptime figure yet" in (bar.get_attribute("aria-label") or "")
    assert bar.locator("path.nodata").get_attribute("d").startswith("M0 12h89")
    today = datetime.now(UTC)
    expect(bar.locator(".since")).to_have_text(f"since {today.day} {today:%b}")
