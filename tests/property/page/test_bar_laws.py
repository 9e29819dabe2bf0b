"""Laws of bars, contrast and words: what holds for any claims, any accent and any text."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import day_of, ends_at, starts_at
from domain.page.state import Claim
from domain.page.uptime.bar import bar_of
from domain.page.uptime.percent import BAR_DAYS, percent
from domain.page.uptime.shown import TOGGLE, Shown, UptimeCounts
from domain.runtime.template_loader import colours
from domain.status import Status, worst
from tests.property.strategies import ZONES, instants, statuses, texts
from workers.render.html import words
from workers.render.leaf_history import LeafInputs, compute_history, history_of
from workers.render.png import LEGIBLE, choose_ink, contrast, ensure_contrast
from workers.render.tree_view import bar_paths

DAY_MINUTES_MAX = 25 * 60
LAST = BAR_DAYS - 1
zones = st.sampled_from(ZONES)
# From 2026 on: both changes of daylight saving, in either half of the world, fall into some bar.
moments = instants(0, 400)
counts = st.sampled_from(UptimeCounts)
rows = st.builds(
    lambda status, origin, start, minutes: Shown(
        status, origin, start, start + timedelta(minutes=minutes)
    ),
    statuses,
    st.sampled_from([TOGGLE, "i_a"]),
    moments,
    st.integers(1, 60),
)
todays = st.dates(date(2026, 1, 1), date(2027, 1, 31))
accents = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@st.composite
def held(draw):
    """Claims of a leaf: of up to four incidents, of any time, overlapping as they like."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(moments)
        lasted = draw(st.none() | st.integers(0, 20 * 24 * 60))
        until = None if lasted is None else start + timedelta(minutes=lasted)
        incident = draw(st.sampled_from(["i_a", "i_b", "i_c", "i_d"]))
        found.append((incident, Claim("c_x", draw(statuses), start, until)))
    return found


@st.composite
def bars(draw):
    """A bar, and all that it was made from."""
    claims, created_at, zone = draw(held()), draw(moments), draw(zones)
    today = max(draw(todays), day_of(created_at, zone))
    return bar_of(claims, created_at, today, zone), claims, created_at, today, zone


@st.composite
def inputs_of_two(draw):
    """Inputs of a leaf's history, and the same with one value of another leaf's."""
    one, other = (
        LeafInputs(*made[1:5], draw(st.lists(rows)), draw(counts), draw(st.booleans()))
        for made in (draw(bars()), draw(bars()))
    )
    name = draw(st.sampled_from(LeafInputs._fields))
    mixed = one._replace(**{name: getattr(other, name)})
    return one, mixed if day_of(mixed.created_at, mixed.zone) <= mixed.today else other


def day_at(index, today):
    return today - timedelta(days=LAST - index)


@given(bars())
def test_runs_cover_ninety_days_without_a_gap_when_a_bar_is_drawn(made):
    runs = made[0].runs()
    assert [start for _, start, _ in runs] == [
        sum(length for _, _, length in runs[:number]) for number in range(len(runs))
    ]
    assert sum(length for _, _, length in runs) == BAR_DAYS
    assert all(one[0] is not other[0] for one, other in pairwise(runs))


@given(bars())
def test_a_day_has_no_data_when_the_leaf_did_not_exist(made):
    bar, _, created_at, today, zone = made
    existed = day_of(created_at, zone)
    for status, start, length in bar.runs():
        for index in range(start, start + length):
            # Today has always data: the bar is only drawn of a leaf that is there.
            assert (status is None) == (day_at(index, today) < existed and index < LAST)
    assert all(trouble.index >= bar.known_from for trouble in bar.affected_days)


@given(bars())
def test_a_day_shows_the_worst_that_was_claimed_when_any_claim_touches_it(made):
    bar, claims, created_at, today, zone = made
    shown = {trouble.index: trouble for trouble in bar.affected_days}
    for index in range(bar.known_from, BAR_DAYS):
        day = day_at(index, today)
        from_at, until_at = max(starts_at(day, zone), created_at), ends_at(day, zone)
        touching = [
            (id_, claim.status)
            for id_, claim in claims
            if max(claim.from_at, from_at) < min(claim.until_at or until_at, until_at)
        ]
        expected = worst(status for _, status in touching)
        trouble = shown.get(index)
        assert (trouble.status if trouble else Status.OPERATIONAL) is expected
        if trouble:
            assert trouble.day == day
            named = {id_ for id_, status in touching if status is not Status.OPERATIONAL}
            assert set(trouble.incident_ids) == named


@given(bars())
def test_minutes_fit_into_their_day_and_today_has_none_when_there_was_trouble(made):
    bar, _, _, _, zone = made
    for trouble in bar.affected_days:
        if trouble.index == LAST:
            assert trouble.minutes == {}
            continue
        long = (ends_at(trouble.day, zone) - starts_at(trouble.day, zone)) / timedelta(minutes=1)
        assert next(iter(trouble.minutes)) is trouble.status
        assert all(
            0 < minutes <= min(long, DAY_MINUTES_MAX) for minutes in trouble.minutes.values()
        )
        # Each status is rounded up by itself, so together they may be a minute a status too many.
        assert sum(trouble.minutes.values()) < long + len(trouble.minutes)


@given(bars(), st.randoms(use_true_random=False))
def test_a_bar_is_the_same_when_claims_come_in_another_order(made, random):
    bar, claims, created_at, today, zone = made
    shuffled = list(claims)
    random.shuffle(shuffled)
    again = bar_of(shuffled, created_at, today, zone)
    assert again.runs() == bar.runs()
    assert [t.minutes for t in again.affected_days] == [t.minutes for t in bar.affected_days]


@given(bars())
def test_the_percent_is_whole_when_the_bar_shows_no_outage_before_today(made):
    bar, claims, created_at, today, zone = made
    found = percent([claim for _, claim in claims], created_at, today, zone)
    days = range(max(bar.known_from, 0), LAST)
    counted = {
        t.index for t in bar.affected_days if {Status.OUTAGE, Status.PARTIAL} & set(t.minutes)
    }
    if day_of(created_at, zone) >= today:
        assert found is None
    else:
        assert found is not None
        assert (found == 100) == (not counted & set(days))


@given(bars())
def test_every_day_is_drawn_once_when_runs_become_paths(made):
    drawn = bar_paths(made[0].runs())
    spans = [(int(x), int(w)) for x, w in re.findall(r"M(\d+) \d+h(\d+)v", drawn)]
    days = [day for start, width in spans for day in range(start, start + width)]
    assert sorted(days) == list(range(BAR_DAYS))


def test_days_have_23_and_25_hours_when_clocks_change():
    for day, minutes in ((date(2026, 3, 29), 23 * 60), (date(2026, 10, 25), 25 * 60)):
        begins = starts_at(day - timedelta(days=1), "Europe/Berlin")
        claim = Claim("c_x", Status.OUTAGE, begins, begins + timedelta(days=3))
        created_at = datetime(2026, 1, 1, tzinfo=UTC)
        bar = bar_of([("i_a", claim)], created_at, day + timedelta(days=5), "Europe/Berlin")
        assert {t.day: t.minutes for t in bar.affected_days}[day] == {Status.OUTAGE: minutes}


@given(accents, st.sampled_from(["dark", "light"]))
def test_an_accent_is_legible_on_a_card_when_it_is_any_colour(accent, theme):
    card = colours()[theme]["card"]
    assert contrast(ensure_contrast(accent, card), card) >= LEGIBLE


@given(accents)
def test_text_is_legible_on_a_header_when_it_has_any_colour(colour):
    assert contrast(choose_ink(colour), colour) >= LEGIBLE


class Tags(HTMLParser):
    """Collects the elements and attributes of a document."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def handle_starttag(self, tag, attrs):
        self.seen |= {tag} | {f"{tag}.{name}" for name, _ in attrs}


ALLOWED = {"p", "br", "em", "strong", "code", "code.class", "pre", "ul", "ol", "ol.start", "li",
           "blockquote", "hr", "a", "a.href", "a.rel", "a.title"}  # fmt: skip


@given(
    st.lists(texts(40) | st.sampled_from(["](", "[", "<", ">", "`", "*", "\n", "    ", "![x]("]))
)
def test_words_never_let_markup_through_when_they_are_anything(pieces):
    reader = Tags()
    reader.feed(words("".join(pieces)))
    assert reader.seen <= ALLOWED


@given(inputs_of_two())
def test_a_history_is_of_its_own_inputs_when_others_were_alike(two):
    for inputs in two:
        assert history_of(inputs) == compute_history(inputs)
