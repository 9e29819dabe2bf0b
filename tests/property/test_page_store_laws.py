"""Laws of save and load on a real Postgres: what comes back is what was saved, however it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account.state import Account, Booking, BookingKind, Place, Slot
from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.commands import LOADED_FOR
from domain.page.decide.table import decide
from domain.page.state import ComponentKind, Entitlement, Page, Tier
from domain.results import DuplicateIdError
from domain.runtime.new_ids import new_id
from domain.status import IncidentState
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import TIMELINE_DAYS, load_account, load_page
from domain.store.postgres.logos import load_logo
from domain.store.postgres.save import save_account, save_page
from tests.property.strategies import entitlements, instants, pages, statuses, texts
from workers.render.eager import render_eager

pytestmark = pytest.mark.usefixtures("store")

NOW = datetime.now(UTC).replace(microsecond=0)
RECENTLY = st.integers(0, (TIMELINE_DAYS - 1) * 86_400_000).map(
    lambda ms: NOW - timedelta(milliseconds=ms)
)


class RolledBack:
    """A connection of which nothing stays: no sweep shall find these pages."""

    def __enter__(self):
        self.conn = sync_engine().connect()
        self.conn.begin()
        return self.conn

    def __exit__(self, *_):
        self.conn.rollback()
        self.conn.close()


def in_order(page: Page) -> Page:
    """The page with claims in one order: theirs means nothing and is not kept."""
    incidents = {
        id_: replace(i, claims=tuple(sorted(i.claims, key=lambda c: (c.from_at, c.component_id))))
        for id_, i in page.incidents.items()
    }
    return replace(page, incidents=incidents)


@given(pages(RECENTLY), st.integers(1, 2**40))
def test_page_comes_back_equal_when_saved_and_loaded(page, seq):
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, seq)
        assert load_page(conn, page.id) == (page, seq)


@settings(max_examples=30)
@given(pages(RECENTLY), pages(RECENTLY))
def test_page_comes_back_equal_when_saved_over_any_other_state(before, after):
    # given a page in one state, when it takes on any other, keeping some of what it had
    after = replace(
        after,
        id=before.id,
        components={**dict(list(before.components.items())[::2]), **after.components},
        incidents={**dict(list(before.incidents.items())[::2]), **after.incidents},
        **{
            part: {**dict(list(getattr(before, part).items())[::2]), **getattr(after, part)}
            for part in LOADED_FOR
        },
    )
    with RolledBack() as conn:
        save_page(conn, Page(before.id), before, 1)
        save_page(conn, before, after, 2)
        assert load_page(conn, before.id) == (after, 2)
        if after.logo:
            assert load_logo(conn, before.id, after.logo.digest) == after.logo.content


@settings(max_examples=15)
@given(pages(RECENTLY), texts())
def test_items_stay_when_a_page_is_saved_without_them(page, name):
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, 1)
        bare, _ = load_page(conn, page.id, parts=())
        assert not any(getattr(bare, part) for part in LOADED_FOR)
        save_page(conn, bare, replace(bare, name=name), 2)
        assert load_page(conn, page.id) == (replace(page, name=name), 2)


@settings(max_examples=15)
@given(pages(RECENTLY))
def test_nothing_of_a_page_is_left_when_it_was_deleted(page):
    gone = Page(page.id, page.account_id, created_at=NOW, changed_at=NOW, deleted_at=NOW)
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, 1)
        save_page(conn, replace(page, **{part: {} for part in LOADED_FOR}), gone, 2)
        assert load_page(conn, page.id) == (gone, 2)


ids = st.integers(0, 3)
spoken = st.lists(st.tuples(ids, statuses), max_size=3, unique_by=lambda pair: pair[0])
commands = st.one_of(
    st.tuples(st.just("leaf"), ids, st.integers(0, 3)),
    st.tuples(st.just("move"), ids, st.integers(0, 3)),
    st.tuples(st.just("drop"), ids),
    st.tuples(st.just("toggle"), ids, statuses),
    st.tuples(st.just("open"), ids, texts(), spoken),
    st.tuples(st.just("update"), ids, st.sampled_from(list(IncidentState)[1:]), texts(), spoken),
    st.tuples(st.just("delete"), ids),
    st.tuples(st.just("key"), ids, texts()),
    st.tuples(st.just("name"), texts()),
)


def command_of(step, token, number):  # noqa: C901, PLR0911 - one a kind
    """The command of the n-th step, with ids that are this page's own."""
    update_id = f"u_{token}_{number}"

    def given_statuses(pairs):
        return tuple(c.StatusGiven(f"c_{token}_{n}", status) for n, status in pairs)

    match step:
        case ("leaf", n, position):
            return c.AddComponent(f"c_{token}_{n}", "name", ComponentKind.LEAF, None, position)
        case ("move", n, position):
            return c.ChangeComponent(f"c_{token}_{n}", position=position)
        case ("drop", n):
            return c.DeleteComponent(f"c_{token}_{n}")
        case ("toggle", n, status):
            return c.SetStatus(f"c_{token}_{n}", status)
        case ("open", n, title, pairs):
            said = given_statuses(pairs)
            return c.OpenIncident(f"i_{token}_{n}", update_id, title, None, title, said)
        case ("update", n, state, body, pairs):
            return c.PostUpdate(f"i_{token}_{n}", update_id, state, body, given_statuses(pairs))
        case ("delete", n):
            return c.DeleteIncident(f"i_{token}_{n}")
        case ("key", n, name):
            return c.CreateKey(f"k_{token}_{n}", name, f"hash {token} {n}")
        case ("name", name):
            return c.ChangePage(name, is_public=True)


def after(page: Page, command, at: datetime) -> Page:
    try:
        decision = decide(page, command, at)
    except DuplicateIdError:
        return page
    return apply_all(page, decision) if isinstance(decision, tuple) else page


@given(st.lists(st.tuples(commands, st.integers(0, 2), st.booleans()), max_size=14))
def test_saving_after_every_batch_equals_saving_once_when_batches_are_of_any_size(steps):
    # given a page that lives through commands, saved and loaded anew after some of them
    at = NOW - timedelta(hours=1)
    page_id = new_id("p")
    created = Page(
        page_id, new_id("a"), "n", created_at=at, changed_at=at, entitlement=Entitlement(Tier.PRIME)
    )
    with RolledBack() as conn:
        save_page(conn, Page(page_id), created, 1)
        whole = saved = page = created
        for number, (step, wait_ms, is_last) in enumerate(steps):
            at += timedelta(milliseconds=wait_ms)
            command = command_of(step, page_id, number)
            whole, page = after(whole, command, at), after(page, command, at)
            if is_last:
                save_page(conn, saved, page, 2)
                saved = page = load_page(conn, page_id)[0]
        save_page(conn, saved, page, 3)
        # then the rows are those of the page that never left memory, and so are visitors' bytes
        loaded, _ = load_page(conn, page_id)
        assert in_order(loaded) == in_order(whole)
        assert render_eager(loaded, NOW.date()) == render_eager(whole, NOW.date())


drawn_slots = st.lists(st.tuples(instants(), instants(), st.booleans()), max_size=4)
drawn_places = st.lists(st.tuples(instants(), entitlements), max_size=4)
drawn_account = st.tuples(drawn_places, drawn_slots, st.integers(0, 10**9))


@given(st.sampled_from(Tier), st.none() | instants(), drawn_account, drawn_account)
def test_account_comes_back_equal_when_saved_over_any_other_state(tier, until, before, later):
    def account(account_id, kept, drawn):
        places = [Place(new_id("p"), at, entitlement) for at, entitlement in drawn[0]]
        slots = {slot_id: replace(slot, is_over=True) for slot_id, slot in kept.slots.items()}
        slots |= {slot.id: slot for slot in (Slot(new_id("s"), *values) for values in drawn[1])}
        stay = dict(list(kept.places.items())[::2])
        dealt = stay | {place.page_id: place for place in places}
        return Account(account_id, tier, until, dealt, slots=slots, balance=drawn[2])

    from domain.store.postgres.accounts import create_account

    blank = Account(new_id("a"))
    first = account(blank.id, blank, before)
    second = account(blank.id, first, later)
    booked = Booking(7, new_id("r"), BookingKind.GRANT, 5, second.balance, NOW, None, None)
    with RolledBack() as conn:
        create_account(conn, blank.id, f"{blank.id}@example.com", "hash")
        save_account(conn, blank, first, 1)
        assert load_account(conn, blank.id) == (first, 1)
        save_account(conn, first, replace(second, bookings=(booked,)), 2)
        assert load_account(conn, blank.id) == (second, 2)
