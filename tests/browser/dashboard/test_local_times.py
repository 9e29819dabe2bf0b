"""Local times in forms: skipped ones move forward by the gap, of doubled ones the first is meant.

Source: docs/behaviour.md, "Settings of a page".
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from domain.calendar import zones
from tests.browser.dashboard.owner_at_screen import at_desk, of, url

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Years that are over: browsers and servers agree on their clocks.
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
# The instants of local times by zone; none of a zone that this browser does not know.
RESOLVED = """async times => {
  const {src} = document.querySelector('script[src]');
  const {instant} = await import(src.replace(/[^/]+$/, 'zone.js'));
  return times.map(([zone, local]) => {
    try { return instant(local, zone); } catch { return null; }
  });
}"""


def changes(zone):
    """The instants at which a zone's clocks change, each with the offsets before and after."""
    at = FIRST
    while at < LAST:
        before, after = at.astimezone(zone).utcoffset(), (at + DAY).astimezone(zone).utcoffset()
        if before != after:
            low, high = at, at + DAY
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                is_after = middle.astimezone(zone).utcoffset() != before
                low, high = (low, middle) if is_after else (middle, high)
            yield high, before, after
        at += DAY


def times_around(name):
    """Local times around every change of a zone's clocks, with the instants that they mean."""
    zone = ZoneInfo(name)
    for at, before, after in changes(zone):
        early, late = sorted((at + before, at + after))
        middle = early + (late - early) // 2
        for local in (early - MINUTE, early, middle, late - MINUTE, late, late + MINUTE):
            wall = local.replace(tzinfo=None)
            # Of Python's two readings the first: by the offset before a gap, and before a fold.
            meant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
            yield (name, wall.isoformat(timespec="minutes")), meant


def test_every_local_time_is_the_instant_that_is_meant_in_all_zones(actors, tab):
    # Given the local times around every change of clocks in the world in two years
    cases = [case for name in sorted(zones()) for case in times_around(name)]
    assert len(cases) > 2_000

    # When the form's script makes instants of them
    look = tab(url(actors.system, "/dashboard/login"))
    given = [list(local) for local, _ in cases]
    resolved = look.page.evaluate(RESOLVED, given)

    # Then they are the ones that Python's zones say
    wrong = [
        (*local, text, meant)
        for (local, meant), text in zip(cases, resolved, strict=True)
        if text is not None and datetime.fromisoformat(text) != meant
    ]
    assert wrong == []
    assert resolved.count(None) < len(cases) / 20


@pytest.mark.parametrize(
    ("zone", "local", "note"),
    [
        (
            "America/New_York",
            "2027-03-14T02:30",
            "skip this time. 14 March at 03:30 GMT-4 is used.",
        ),
        ("America/Santiago", "2027-09-05T00:30", "skip this time. 5 September at 01:30 GMT-3"),
        ("Europe/Berlin", "2027-03-28T02:30", "skip this time. 28 March at 03:30 GMT+2 is used."),
        ("Europe/Berlin", "2027-10-31T02:30", "The first is used, 31 October at 02:30 GMT+2."),
        ("America/New_York", "2027-11-07T01:30", "The first is used, 7 November at 01:30 GMT-4."),
        ("Australia/Lord_Howe", "2027-04-04T01:45", "The first is used, 4 April at 01:45 GMT+11."),
    ],
)
def test_the_form_says_beside_the_field_when_clocks_change(actors, tab, zone, local, note):
    # Given the form of a maintenance, in a zone whose clocks change
    page = actors.page("API")
    page.owner.patch(page.path, {"timeZone": zone})
    path = of(page, "maintenance/new")
    look = at_desk(tab, actors.system, page.owner, path, timezone="Asia/Tokyo")
    field = look.page.locator(".field", has=look.page.locator("#scheduledStart"))

    # When a time is given that is skipped, or comes twice
    field.locator("input").fill(local)

    # Then it says beside the field which instant is meant
    expect(field.get_by_role("status")).to_contain_text(note)

    # And nothing, once the time is an ordinary one
    field.locator("input").fill("2027-06-01T12:00")
    expect(field.get_by_role("status")).to_be_hidden()
