"""What screens write of instants, and where the login may lead."""

from datetime import UTC, datetime, timedelta

import pytest

from web.dashboard.account import OWN_PATH
from web.dashboard.document import days_until, local

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (timedelta(days=-1), 0),
        (timedelta(), 0),
        (timedelta(seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=6, seconds=1), 7),
    ],
)
def test_begun_days_count_when_days_are_left(left, days):
    assert days_until(NOW + left, NOW) == days


def test_an_instant_is_written_in_the_zone_when_an_input_takes_it():
    assert local(NOW, "America/St_Johns") == "2026-11-23T10:32"


@pytest.mark.parametrize(
    "path", ["/dashboard", "/dashboard?a=b", "/dashboard/pages/p_1/incidents?edit=u_1&cursor=a%3D"]
)
def test_the_login_leads_on_when_the_path_is_ours(path):
    assert OWN_PATH.fullmatch(path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "//evil", "/dashboardx", "/dashboard\\evil", "/dashboard/\n", "https://evil", "/api"],
)
def test_the_login_leads_nowhere_else_when_the_path_is_not_ours(path):
    assert not OWN_PATH.fullmatch(path)
