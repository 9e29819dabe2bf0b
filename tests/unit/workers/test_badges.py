"""What badges say: of a page, a leaf, a category, and of uptime in each step of its colour.

Source: docs/behaviour.md, "Badges".
"""

from dataclasses import replace

import msgspec
import pytest

from domain.page.uptime.shown import TOGGLE, Shown, UptimeCounts
from domain.status import Status
from tests.support.small_page import DAY, NOW, TODAY, category, claim, incident, leaf, page_of
from workers.render.eager import build_render_context
from workers.render.formats import badges
from workers.render.on_demand import AbsentError, render_component_badge
from workers.render.tree_view import find_node


def content(page, address):
    """The JSON of a component's badge, as a dictionary."""
    context = build_render_context(page, TODAY)
    return msgspec.json.decode(render_component_badge(None, context, f"{address}.json"))


@pytest.mark.parametrize(
    ("percent", "message", "colour"),
    [
        (100.0, "100.00%", "brightgreen"),
        (99.9, "99.90%", "brightgreen"),
        (99.89, "99.89%", "green"),
        (99.5, "99.50%", "green"),
        (99.49, "99.49%", "yellowgreen"),
        (98.99, "98.99%", "yellow"),
        (97.99, "97.99%", "orange"),
        (94.99, "94.99%", "red"),
        (0.0, "0.00%", "red"),
        (None, "no data", "lightgrey"),
    ],
)
def test_uptime_has_the_colour_of_its_step(percent, message, colour):
    context = build_render_context(page_of(leaf("api")), TODAY)
    node = replace(context.view.nodes[0], uptime=percent)
    drawn = badges.uptime_badge(node)
    assert (drawn.message, drawn.colour_name) == (message, colour)
    assert f'fill="{drawn.colour}"' in badges.encode_svg(drawn).decode()


def test_uptime_is_that_of_the_page_when_toggles_count_or_not():
    # Given a leaf that an incident claimed for a day, and a toggle showed out for another
    claimed = incident("x", began=9, ended=8, claims=(claim("api", "outage", 9, 8),))
    shown = Shown(Status.OUTAGE, TOGGLE, NOW - 5 * DAY, NOW - 4 * DAY)
    page = page_of(leaf("api"), claimed, shown_rows={"c_api": {TODAY - 5 * DAY: (shown,)}})
    both = replace(page, look=replace(page.look, uptime_counts=UptimeCounts.ALL))

    # When either is counted
    for one in (page, both):
        uptime = build_render_context(one, TODAY).view.leaves[0].uptime
        # Then the badge has the percent of the page
        assert content(one, "c_api/uptime")["message"] == f"{uptime:.2f}%"
    assert content(page, "c_api/uptime") != content(both, "c_api/uptime")


def test_category_shows_its_worst_leaf_its_pin_or_that_it_is_empty():
    eu = leaf("eu", "outage", parent="c_g")
    assert content(page_of(category("g"), eu), "c_g")["message"] == "Outage"
    assert content(page_of(category("g", pin="degraded"), eu), "c_g")["message"] == "Degraded"
    empty = content(page_of(category("g")), "c_g")
    assert (empty["message"], empty["color"]) == ("No components", "#5b6575")
    assert content(page_of(category("g")), "c_g/uptime")["message"] == "no data"


def test_a_leaf_is_found_three_levels_deep_and_an_unknown_one_is_absent():
    parts = (category("a"), category("b", "c_a"), category("c", "c_b"), leaf("api", parent="c_c"))
    page = page_of(*parts)
    assert content(page, "c_api")["label"] == "api"
    assert find_node(build_render_context(page, TODAY).view.nodes, "c_x") is None
    with pytest.raises(AbsentError):
        content(page, "c_x")


def test_json_has_the_keys_that_shields_knows_and_one_clean_line():
    page = page_of(leaf("api"), name=" A\n\u202eb ")
    context = build_render_context(page, TODAY)
    badge = msgspec.json.decode(badges.encode_json(badges.page_badge(context.view)))
    assert badge == {
        "schemaVersion": 1,
        "label": "A b",
        "message": "All Systems Operational",
        "color": "#0b7a43",
    }
