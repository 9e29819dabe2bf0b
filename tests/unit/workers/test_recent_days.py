"""The last 14 days: which ended on which day, and the days without incidents."""

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import day_of
from tests.support.small_page import DAY, TODAY, incident, leaf, page_of
from workers.render.view import page_view


def days_of(*incidents, **more):
    groups = page_view(page_of(leaf("API"), *incidents, **more), TODAY).recent_days
    return [(group.label, [item.name for item in group.items]) for group in groups]


def test_days_without_incidents_are_one_row_when_nothing_happened():
    assert days_of() == [("17 – 30 Nov", [])]


def test_each_day_has_what_ended_on_it_when_incidents_are_past():
    shown = days_of(incident("A", began=3.1, ended=3), incident("B", began=0.1, ended=0.05))
    assert shown == [
        ("Today", ["B"]),
        ("28 – 29 Nov", []),
        ("Fri 27 Nov", ["A"]),
        ("17 – 26 Nov", []),
    ]


def test_a_day_is_not_without_incidents_when_one_was_open_on_it():
    # Given one that was open for three days, and one that still is
    shown = days_of(incident("long", began=6, ended=4), incident("open", began=1))
    assert shown == [
        ("27 – 28 Nov", []),
        ("Thu 26 Nov", ["long"]),
        ("17 – 23 Nov", []),
    ]


spans = st.tuples(st.floats(0, 20), st.floats(0, 20)).map(sorted)


@given(st.lists(spans, max_size=6))
def test_no_day_is_told_twice_and_none_is_called_calm_that_was_not(found):
    incidents = [
        incident(f"{number}", began=began, ended=ended)
        for number, (ended, began) in enumerate(found)
    ]
    page = page_of(leaf("API"), *incidents)
    groups = page_view(page, TODAY).recent_days
    calm = sum(int(g.label.split(" – ")[1].split()[0]) - int(g.label.split(" – ")[0]) + 1
               if " – " in g.label else 1 for g in groups if not g.items)  # fmt: skip
    days = [TODAY - number * DAY for number in range(14)]
    open_days = {
        day
        for one in incidents
        for day in days
        if day_of(one.started_at, "UTC") <= day <= day_of(one.resolved_at, "UTC")
    }
    assert calm == 14 - len(open_days)
