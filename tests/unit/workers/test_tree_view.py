"""The tree as visitors see it: affected first, healthy folded, pins told, percents rolled up."""

import re

import pytest

from tests.support.small_page import (
    DAY,
    NOW,
    TODAY,
    category,
    claim,
    incident,
    leaf,
    page_of,
)
from workers.render.eager import build_render_context, render_index
from workers.render.tree_view import split_well
from workers.render.view import page_view


def html_of(page):
    return render_index(build_render_context(page, TODAY))["index.html"].decode()


def fold_of(page, name):
    """The begin of a category in the document."""
    return re.search(rf'<details data-key="c_{name}"[^>]*>', html_of(page)).group()


def test_affected_come_first_and_the_order_stays_otherwise():
    page = page_of(
        leaf("A", position=0),
        category("Well", position=1), leaf("W", parent="c_Well"),
        leaf("B", "degraded", position=2),
        category("Bad", position=3), leaf("X", "outage", "c_Bad"),
        leaf("C", position=4),
    )  # fmt: skip
    shown, folded = split_well(page_view(page, TODAY).nodes)
    assert [node.name for node in shown] == ["Bad", "B", "A", "Well", "C"]
    assert folded == []
    # and for programs nothing changes
    assert [node.name for node in page_view(page, TODAY).leaves] == ["A", "W", "B", "X", "C"]


def test_well_components_are_folded_when_many_stand_beside_an_affected_one():
    well = [leaf(f"N{n}", position=n) for n in range(6)]
    shown, folded = split_well(page_view(page_of(*well, leaf("API", "outage")), TODAY).nodes)
    assert ([node.name for node in shown], len(folded)) == (["API"], 6)
    # but not if all are well, or if they are few
    assert split_well(page_view(page_of(*well), TODAY).nodes)[1] == []
    assert split_well(page_view(page_of(*well[:5], leaf("API", "outage")), TODAY).nodes)[1] == []


@pytest.mark.parametrize("status", ["degraded", "partial", "outage", "maintenance"])
def test_a_category_is_open_when_a_component_deep_in_it_is_affected(status):
    deep = [category("A"), category("B", "c_A"), leaf("X", status, "c_B")]
    assert " open" in fold_of(page_of(*deep), "A")
    assert " open" in fold_of(page_of(*deep), "B")
    well = [*deep[:2], leaf("X", parent="c_B")]
    assert " open" not in fold_of(page_of(*well), "A")


def test_a_category_says_that_it_is_pinned_when_the_pin_hides_something_worse():
    inside = leaf("X", "outage", "c_A")
    (hidden,) = page_view(page_of(category("A", pin="operational"), inside), TODAY).nodes
    (equal,) = page_view(page_of(category("A", pin="outage"), inside), TODAY).nodes
    assert (hidden.is_pinned, equal.is_pinned) == (True, False)
    assert "Online (pinned)" in html_of(page_of(category("A", pin="operational"), inside))
    # and the component below it still comes first and is seen
    assert " open" in fold_of(page_of(category("A", pin="operational"), inside), "A")


@pytest.mark.parametrize("inner", [[], [category("Inner", "c_Empty")]])
def test_a_category_says_no_components_when_it_has_none(inner):
    nodes = page_view(page_of(leaf("API"), category("Empty"), *inner), TODAY).nodes
    empty = next(node for node in nodes if node.name == "Empty")
    assert (empty.label, empty.tone) == ("No components", "nodata")
    pinned = page_view(page_of(category("Empty", pin="degraded"), *inner), TODAY).nodes
    assert pinned[0].label == "Degraded"


def test_the_percent_of_a_category_is_the_mean_of_its_bars_rounded_down():
    group = [category("A"), leaf("X", parent="c_A"), leaf("Y", parent="c_A")]
    down = incident("old", began=10, ended=9, claims=(claim("X", "outage", 10, 9),))
    (node,) = page_view(page_of(*group, down), TODAY).nodes
    one, other = (child.uptime for child in node.children)
    assert (other, node.uptime) == (100.0, int(50 * (one + 100)) / 100)
    # a bar that is not shown doesn't count
    hidden = leaf("X", parent="c_A", show_uptime=False)
    (node,) = page_view(page_of(group[0], hidden, group[2], down), TODAY).nodes
    assert node.uptime == 100.0


@pytest.mark.parametrize(
    ("days", "since"), [(0, "30 Nov"), (1, "29 Nov"), (88, "3 Sep"), (89, None), (200, None)]
)
def test_a_bar_tells_since_when_it_has_data_when_it_has_not_ninety_days(days, since):
    (node,) = page_view(page_of(leaf("API", created_at=NOW - days * DAY)), TODAY).nodes
    assert node.bar.since == since
