"""Subscribers: known ones stay as they are, consent, choices, leaving, and limits.

Source: docs/behaviour.md, "Subscribers" and "Consent and leaving".
"""

import pytest

from domain.account.commands import RemovePage
from domain.notifications.choices import Channel, Choices, Kinds, Source, Updates
from domain.page import limits
from domain.status import Impact
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications import subscribers
from domain.store.postgres.notifications.link_tokens import Purpose, create_link, find_link
from domain.store.postgres.notifications.subscribers import (
    SubscribersFullError,
    TooManySubscriptionsError,
)
from tests.support.actors import unique
from tests.support.drained_page import DrainedPage, drain_all
from tests.support.statements import sql
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")

LATER = Choices(("c_1",), None, Kinds.INCIDENTS, Impact.MAJOR, Updates.ENDS)


@pytest.fixture
def page():
    return DrainedPage("api")


def call(function, *args):
    with sync_engine().begin() as conn:
        return function(conn, *args)


def subscribe(page, address=None, choices=None, channel=Channel.EMAIL, source=Source.FORM):
    address = address or f"{unique('vi')}@example.com"
    known = (page.id, channel, address, choices or Choices(), source)
    return call(subscribers.subscribe, *known)


def confirmed(page, **more):
    new = subscribe(page, **more)
    call(subscribers.confirm, new.id)
    return call(subscribers.find_subscription, new.id)


def test_known_address_stays_as_it_is_once_it_has_confirmed(page):
    # Given an address that waits for its confirmation, asked for again with other choices
    first = subscribe(page, "Vi@example.com")
    again = subscribe(page, "vi@EXAMPLE.com", LATER)
    assert (again.id, again.address, again.choices) == (first.id, "Vi@example.com", LATER)
    # when it has confirmed, then a request changes nothing
    call(subscribers.confirm, first.id)
    known = subscribe(page, "vi@example.com", Choices())
    assert (known.id, known.choices, known.is_confirmed) == (first.id, LATER, True)
    # and an incident that it follows is a subscription of its own
    followed = subscribe(page, "vi@example.com", Choices(incident_id="i_1"))
    assert followed.id != first.id


def test_link_ends_and_the_hash_stays_when_an_address_leaves(page):
    vi = confirmed(page, address="Vi@example.com")
    link = call(lambda conn: create_link(conn, Purpose.MANAGE, subscriber_id=vi.id))
    token = link.rpartition("/")[2]
    assert call(find_link, token).subscriber_id == vi.id
    # When it leaves
    assert call(subscribers.leave, vi.id)
    # then only a hash of its mailbox is left, for this page
    assert not call(subscribers.leave, vi.id)
    assert call(find_link, token) is None
    assert not sql("SELECT FROM subscribers WHERE page_id = :id", id=page.id)
    assert call(subscribers.has_left, page.id, "email", "vi@EXAMPLE.com")
    assert not call(subscribers.has_left, page.id, "webhook", "vi@example.com")
    assert not call(subscribers.has_left, DrainedPage("api").id, "email", "vi@example.com")
    # and it is gone once the address has confirmed again
    back = subscribe(page, "vi@example.com")
    assert call(subscribers.has_left, page.id, "email", "vi@example.com")
    call(subscribers.confirm, back.id)
    assert not call(subscribers.has_left, page.id, "email", "vi@example.com")


def test_address_has_not_left_while_it_has_another_subscription(page):
    vi = confirmed(page, address="vi@example.com")
    followed = confirmed(page, address="vi@example.com", choices=Choices(incident_id="i_1"))
    call(subscribers.leave, followed.id)
    assert not call(subscribers.has_left, page.id, "email", "vi@example.com")
    call(subscribers.leave, vi.id)
    assert call(subscribers.has_left, page.id, "email", "vi@example.com")


def test_webhook_has_a_secret_and_keeps_the_one_before(page):
    hook = subscribe(page, "https://vi.example/hook", channel=Channel.WEBHOOK)
    secret = call(subscribers.confirm, hook.id)
    assert secret.startswith("whsec_")
    assert call(subscribers.confirm, hook.id) is None
    new = call(subscribers.rotate_secret, hook.id)
    [row] = sql("SELECT secret, previous_secret FROM subscribers WHERE id = :id", id=hook.id)
    assert tuple(row) == (new, secret)
    assert call(subscribers.rotate_secret, subscribe(page).id) is None


def test_no_more_is_stored_than_the_limits_allow(page, monkeypatch):
    # Given an address with two of two subscriptions
    monkeypatch.setattr(subscribers, "SUBSCRIPTIONS", 2)
    confirmed(page, address="vi@example.com")
    subscribe(page, "vi@example.com", Choices(incident_id="i_1"))
    with pytest.raises(TooManySubscriptionsError):
        subscribe(page, "vi@example.com", Choices(incident_id="i_2"))
    subscribe(page, "vi@example.com", Choices(incident_id="i_1"))
    # and a page whose tier allows two
    last = subscribe(page)
    monkeypatch.setitem(limits.SUBSCRIBERS, "prime", 2)
    call(subscribers.confirm, last.id)
    with pytest.raises(SubscribersFullError):
        subscribe(page)
    with pytest.raises(SubscribersFullError):
        call(subscribers.confirm, call(find, page, "i_1").id)
    # and a page on which as many wait as may
    monkeypatch.setitem(limits.SUBSCRIBERS, "prime", 3)
    monkeypatch.setattr(subscribers, "UNCONFIRMED", 1)
    with pytest.raises(SubscribersFullError):
        subscribe(page)


def find(conn, page, incident_id):
    [row] = sql(
        "SELECT id FROM subscribers WHERE page_id = :id AND incident_id = :incident_id",
        id=page.id, incident_id=incident_id,
    )  # fmt: skip
    return subscribers.find_subscription(conn, row.id)


def test_what_was_never_confirmed_or_has_ended_is_deleted(page):
    # Given a confirmed subscriber, one of 48 hours ago, and one that follows what is gone
    vi, late = confirmed(page), subscribe(page)
    gone = confirmed(page, choices=Choices(incident_id="i_gone"))
    new = confirmed(page, choices=Choices(incident_id="i_new"))
    hours = {vi.id: 49, late.id: 49, gone.id: 25, new.id: 23}
    for id_, ago in hours.items():
        sql(
            "UPDATE subscribers SET created_at = clock_timestamp() - make_interval(hours => :ago)"
            " WHERE id = :id", id=id_, ago=ago,
        )  # fmt: skip
    # When the hour's cleaning runs
    sweep.clean()
    # then these two are gone
    rows = sql("SELECT id FROM subscribers WHERE page_id = :id", id=page.id)
    assert {row.id for row in rows} == {vi.id, new.id}


def test_nothing_is_left_of_subscribers_when_their_page_is_deleted(page):
    confirmed(page)
    call(subscribers.leave, confirmed(page).id)
    page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    drain_all(page.id)
    for table in ("subscribers", "left_addresses"):
        assert not sql(f"SELECT FROM {table} WHERE page_id = :id", id=page.id)
