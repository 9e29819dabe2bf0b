"""The chips of a card: components by name up to five, else by category."""

from dataclasses import replace

from domain.status import Status
from tests.support.small_page import TODAY, category, incident, leaf, page_of
from workers.render.view import page_view, version_of


def chips_of(leaves, categories=()):
    """The chips of an open incident that names all leaves: (name, count)."""
    given = {node.id: Status.DEGRADED for node in leaves}
    first = incident("one")
    said = tuple(replace(update, components=given) for update in first.updates)
    page = page_of(*categories, *leaves, replace(first, updates=said))
    (shown,) = page_view(page, TODAY).active
    counted = sum(chip.size for chip in shown.chips) + shown.omitted_affected_count
    assert counted == len(leaves), "no component is lost"
    return [(chip.name, chip.size) for chip in shown.chips]


def some(count, prefix, parent=None):
    return [leaf(f"{prefix} {n}", parent=parent, position=n) for n in range(count)]


def test_components_are_named_when_they_are_five():
    assert chips_of(some(5, "API")) == [(f"API {n}", 1) for n in range(5)]


def test_components_are_counted_by_category_when_they_are_six():
    groups = [category("Europe", position=0), category("Asia", position=1)]
    leaves = [*some(2, "E", "c_Europe"), *some(4, "A", "c_Asia"), leaf("Search", position=9)]
    assert chips_of(leaves, groups) == [("Asia", 4), ("Europe", 2), ("Search", 1)]


def test_the_nearest_category_counts_when_those_are_few():
    top = [category("All"), *(category(name, "c_All") for name in ("Europe", "Asia"))]
    leaves = [*some(3, "E", "c_Europe"), *some(3, "A", "c_Asia")]
    assert dict(chips_of(leaves, top)) == {"Europe": 3, "Asia": 3}


def test_the_topmost_category_counts_when_the_nearest_are_many():
    top = [category("Earth"), *(category(f"R{n}", "c_Earth") for n in range(7))]
    leaves = [leaf for n in range(7) for leaf in some(2, f"L{n}", f"c_R{n}")]
    assert chips_of(leaves, top) == [("Earth", 14)]


def test_five_are_named_and_the_rest_counted_when_no_category_holds_them():
    assert chips_of(some(12, "API")) == [(f"API {n}", 1) for n in range(5)]


def test_the_version_stays_when_other_components_of_a_category_are_counted():
    # Given incidents of six of ten components of a category, not of the same six
    group, leaves = category("Europe"), some(10, "E", "c_Europe")
    versions = set()
    for names in (leaves[:6], leaves[4:]):
        first = incident("one")
        given = dict.fromkeys((node.id for node in names), Status.DEGRADED)
        updates = tuple(replace(update, components=given) for update in first.updates)
        page = page_of(group, *leaves, replace(first, updates=updates))
        versions.add(version_of(page_view(page, TODAY)))
    # Then page and status.json are the same, and so is the version
    assert len(versions) == 1


def test_namesake_categories_stay_apart_when_components_are_counted():
    europe, asia = category("Europe"), category("Asia")
    twin = replace(asia, name="Europe")
    leaves = [*some(3, "A", europe.id), *some(4, "B", twin.id)]
    assert sorted(chips_of(leaves, [europe, twin])) == [("Europe", 3), ("Europe", 4)]
