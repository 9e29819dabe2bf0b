"""Times for people: what names a zone tells it apart, and lengths are real.

Source: docs/behaviour.md, "The page in the browser".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import format_duration, format_instant, format_minutes, zones

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MONTHS = [datetime(year, month, 15, 12, tzinfo=UTC) for year in (2024, 2026) for month in (1, 7)]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "30 Nov 2026, 12:00 UTC"),
        ("Europe/London", "30 Nov 2026, 12:00 GMT"),
        ("Asia/Shanghai", "30 Nov 2026, 20:00 GMT+8"),
        ("America/Chicago", "30 Nov 2026, 06:00 GMT-6"),
        ("Asia/Kolkata", "30 Nov 2026, 17:30 GMT+5:30"),
        ("Asia/Jerusalem", "30 Nov 2026, 14:00 GMT+2"),
        ("America/St_Johns", "30 Nov 2026, 08:30 GMT-3:30"),
        ("Pacific/Chatham", "1 Dec 2026, 01:45 GMT+13:45"),
    ],
)
def test_instant_names_its_date_and_the_offset_when_told_in_a_zone(zone, text):
    assert format_instant(NOON, zone) == text


def test_zones_with_different_times_have_different_names_in_all_the_world():
    # Given every zone, in winter and in summer
    told = [(format_instant(at, zone), at) for at in MONTHS for zone in sorted(zones())]

    # When the offsets that each name stands for are counted
    offsets: dict[str, set[timedelta]] = {}
    for words, at in told:
        date, _, name = words.rpartition(" ")
        local = datetime.strptime(date, "%d %b %Y, %H:%M").replace(tzinfo=UTC)
        offsets.setdefault(name, set()).add(local - at)

    # Then each stands for one
    assert {name: found for name, found in offsets.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"),
        (7500, "2 h 5 min"), (172_799, "47 h 59 min"), (172_800, "2 d"), (864_000, "10 d"),
        (867_600, "10 d 1 h"),
    ],
)  # fmt: skip
def test_length_is_the_real_one_when_it_is_told(seconds, text):
    told = format_duration(NOON, NOON + timedelta(seconds=seconds))
    assert told.replace("\u00a0", " ") == text


def test_minutes_of_nothing_are_none_when_they_are_told():
    assert format_minutes(0) == "0\u00a0min"
