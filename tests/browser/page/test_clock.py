"""Times in the browser: true by the server's clock, in the visitor's zone or in the page's.

Source: docs/behaviour.md, "The page in the browser".
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from domain.page.commands import ChangePage
from tests.browser.stage import address, expect_soon, poll, write
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# What is told of each time that is over by the real clock, and of each that is still to come.
TOLD = """now => [true, false].map(isPast => [...document.querySelectorAll('time')]
  .filter(node => (Date.parse(node.dateTime) < now) === isPast).map(node => node.textContent))"""


def told(look):
    """What is told of the past and of the future."""
    return look.page.evaluate(TOLD, datetime.now(UTC).timestamp() * 1000)


def at_wrong_time(look, wrong_by):
    """Load the page in a browser whose clock is wrong."""
    look.page.clock.install(time=datetime.now(UTC) + wrong_by)
    look.page.reload()


def time_of(at):
    """A time as it ends a line; a midnight may have passed since."""
    return re.compile(rf"· ({at.day}\s{at:%b},\s)?{at:%H:%M}$")


@pytest.mark.parametrize("path", ["/", "/history"])
@pytest.mark.parametrize("behind", [{"minutes": 10}, {"hours": 2}, {"days": 400}])
def test_what_is_past_is_never_future_when_the_visitors_clock_is_slow(demo, tab, path, behind):
    # Given a visitor with a slow clock, whose page never hears the server again
    look = tab(demo + path)
    look.page.route("**/status-version.json", lambda route: route.abort())

    # When she looks
    at_wrong_time(look, -timedelta(**behind))

    # Then nothing that is over is still to come
    past, _ = told(look)
    assert past  # in the first days of a month its archive has few
    assert not [words for words in past if re.match(r"in\s|tomorrow", words)]


@pytest.mark.parametrize("wrong_by", [{"hours": -2}, {"hours": 5}, {"days": -3}], ids=str)
def test_times_are_those_of_the_server_when_it_has_answered(demo, tab, wrong_by):
    # Given what is told where the clock is right
    right, wrong = tab(demo), tab(demo)

    # When a visitor with a wrong clock hears the server
    at_wrong_time(wrong, timedelta(**wrong_by))
    poll(wrong)

    # Then he reads the same; a minute may pass between the two
    def is_the_same():
        right.page.reload()
        return told(right) == told(wrong)

    wait_until(is_the_same, "both clocks tell the same")


def test_times_are_the_visitors_and_the_pages_on_demand_when_zones_differ(demo, tab):
    # Given a visitor of another zone
    look = tab(demo, timezone="Asia/Kolkata")
    moment, foot = look.page.locator(".hero time"), look.page.locator("[data-zones]")
    at = datetime.fromisoformat(moment.get_attribute("datetime"))
    there = at + timedelta(hours=5, minutes=30)

    # Then a line has one time, hers, and the page's with date and zone to point at
    expect(moment).to_contain_text(time_of(there))
    assert "(" not in moment.inner_text()
    assert moment.get_attribute("title") == f"{at.day} {at:%b %Y, %H:%M} UTC"
    expect(foot).to_contain_text("Times are in Asia/Calcutta, days are those of UTC.")

    # When she wants the page's, and hers again
    look.page.get_by_role("button", name="Show times in UTC").click()
    expect(moment).to_contain_text(time_of(at))
    expect(foot).to_contain_text("Times are in UTC.")
    expect(look.page.get_by_role("button", name="Show my times")).to_be_focused()
    look.page.keyboard.press("Enter")
    expect(moment).to_contain_text(time_of(there))
    assert look.overflow() == []


def test_a_time_has_its_date_unless_it_is_of_today(actors, tab):
    # Given a page that changed a moment ago, seen shortly before midnight
    page = actors.page("API")
    look = tab(address(actors.system, page.host))
    moment = look.page.locator(".hero time")
    at = datetime.fromisoformat(moment.get_attribute("datetime"))
    date = re.compile(rf"{at.day}\s{at:%b},\s{at:%H:%M}$")
    look.page.route("**/status-version.json", lambda route: route.abort())
    look.page.clock.install(time=at.replace(hour=23, minute=59, second=30))
    look.page.reload()
    expect(moment).to_have_text(re.compile(rf"· {at:%H:%M}$"))

    # When midnight passes, then the open page tells the date
    look.page.clock.run_for(61_000)
    expect(moment).to_have_text(date)


def test_no_other_zone_is_offered_when_the_visitor_lives_in_the_pages(actors, tab):
    page = actors.page("API")
    write(actors.system, page.id, ChangePage(time_zone="Asia/Kolkata"))
    look = tab(address(actors.system, page.host), timezone="Asia/Calcutta")
    expect(look.page.locator("[data-zones]")).to_contain_text("Times are in Asia/Kolkata.")
    expect(look.page.locator("[data-zones] button")).to_have_count(0)


def test_last_change_moves_when_a_component_is_toggled(actors, tab):
    page = actors.page("API", "Web")
    monitor = actors.monitor(page)
    look = tab(address(actors.system, page.host))
    moment = look.page.locator(".hero time")
    expect(look.page.locator(".hero>.m")).to_contain_text(re.compile(r"Checked .* · Last change "))
    before = moment.get_attribute("datetime")

    monitor.toggle("API", "partial")
    poll(look)

    expect_soon(moment).not_to_have_attribute("datetime", before)
    expect(look.page.locator(".hero>.m")).to_contain_text("Checked just now")
