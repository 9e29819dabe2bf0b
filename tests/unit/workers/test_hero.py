"""The hero: the sentence under the headline, for each kind of day."""

import re

import pytest

from domain.runtime.template_loader import colours
from tests.support.small_page import (
    DAY,
    NOW,
    TODAY,
    category,
    incident,
    leaf,
    maintenance,
    page_of,
)
from workers.render.documents import favicon
from workers.render.eager import build_render_context, render_badge, render_index
from workers.render.view import page_view

MANY = [leaf(f"Node {number:02}", position=10 + number) for number in range(20)]


def hero_of(page):
    """The headline and the sentence of a page's hero, as they are read."""
    html = render_index(build_render_context(page, TODAY))["index.html"].decode()
    said = re.search(r'<div class="said"><strong>(.*?)</strong>\s*<p>(.*?)</p>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", part).strip() for part in said.groups()]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([leaf("API", "outage")], "API is affected"),
        ([leaf("API", "outage"), leaf("Web")], "API is affected · 1 of 2 is operational"),
        (
            [leaf("API", "degraded"), leaf("Web", "outage"), *MANY],
            "Web and API are affected · 20 of 22 are operational",
        ),
        (
            [*(leaf(name, "partial", position=n) for n, name in enumerate("ABCD")), *MANY],
            "A, B and 2 more are affected · 20 of 24 are operational",
        ),
        ([leaf("A", "degraded"), leaf("B", "outage")], "B and A are affected"),
        ([leaf(name, "outage") for name in "ABC"], "All 3 components are affected"),
        ([leaf(name, "maintenance") for name in "ABC"], "All 3 components are under maintenance"),
        (
            [leaf("Disks", "maintenance"), *MANY],
            "Disks is under maintenance · 20 of 21 are operational",
        ),
        (
            [leaf("Disks", "maintenance"), leaf("API", "degraded"), *MANY],
            "API and Disks are affected · 20 of 22 are operational",
        ),
        (
            [category("EU"), category("US"), leaf("API", "outage", "c_EU"), leaf("x"),
             leaf("api", parent="c_US")],
            "EU / API is affected · 2 of 3 are operational",
        ),
    ],
)  # fmt: skip
def test_the_hero_names_the_worst_and_counts_the_well_when_some_are_affected(parts, sentence):
    assert hero_of(page_of(*parts))[1] == sentence


@pytest.mark.parametrize(
    ("incidents", "sentence"),
    [
        ([], "20 components, no incident in the last 14 days"),
        ([incident("old", began=4, ended=3)], "20 components, no incident for 3 days"),
        ([incident("old", began=4, ended=1)], "20 components, no incident for 1 day"),
        ([incident("old", began=4, ended=0)], "20 components"),
        ([incident("open", began=4)], "20 components"),
        (
            [maintenance("upkeep", began=2, ended=1)],
            "20 components, no incident in the last 14 days",
        ),
    ],
)
def test_the_hero_counts_the_days_of_calm_when_all_is_well(incidents, sentence):
    assert hero_of(page_of(*MANY, *incidents)) == ["All Systems Operational", sentence]


def test_the_hero_claims_no_more_calm_than_the_page_is_old():
    young = page_of(leaf("API"), created_at=NOW - 2 * DAY)
    assert hero_of(young)[1] == "1 component, no incident for 2 days"


@pytest.mark.parametrize("parts", [[], [category("Europe")]])
def test_a_page_says_that_nothing_is_monitored_when_it_has_no_component(parts):
    # Given a page without a leaf
    page = page_of(*parts)
    context = build_render_context(page, TODAY)
    svg = render_badge(context)["badge.svg"].decode()
    # Then headline, badge and favicon agree, and none of them is green
    assert hero_of(page)[0] == "Nothing is monitored yet"
    assert "Nothing is monitored yet" in svg
    assert colours()["light"]["operational"] not in svg
    assert favicon(context.view.tone) != favicon("operational")


def test_each_kind_of_day_has_a_hero_of_its_own():
    days = {
        "empty": page_of(),
        "well": page_of(leaf("A"), leaf("B")),
        "maintenance": page_of(leaf("A", "maintenance"), leaf("B")),
        "part": page_of(leaf("A", "outage"), leaf("B")),
        "all": page_of(leaf("A", "outage"), leaf("B", "outage")),
    }
    assert {kind: page_view(page, TODAY).hero.kind for kind, page in days.items()} == {
        kind: kind for kind in days
    }
