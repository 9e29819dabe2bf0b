"""What subscribers get, and when. Source: docs/behaviour.md, "Public events" and "Delivery"."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from sqlalchemy import text

from domain.page import commands as c
from domain.status import IncidentState, Status
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.attempts import PAUSES
from domain.store.postgres.notifications.outbox import add_reminders
from domain.store.postgres.notifications.send_queue import claim_subscribers
from tests.support.drained_page import DrainedPage
from tests.support.subscribing import Recorder, claim, expand, let_pass, notify, statuses, subscribe
from workers.notify import quota
from workers.notify.deliver import deliver
from workers.notify.outcome import Dead, Retry

pytestmark = pytest.mark.usefixtures("store")

MONITORING, RESOLVED = IncidentState.MONITORING, IncidentState.RESOLVED


@pytest.fixture
def page():
    return DrainedPage("api", "web")


def opened(page, number=1, leaf="api", **more):
    given = (c.StatusGiven(leaf, Status.OUTAGE),)
    id_ = f"i_{page.id}_{number}"
    tell(page, c.OpenIncident(id_, f"u_{id_}", "Down", None, "We look.", given, **more))
    return id_


def tell(page, *commands):
    for command in commands:
        page.append(command)
    page.drain()


def update(incident, name, state=MONITORING, body="News.", **more):
    return c.PostUpdate(incident, f"u_{incident}_{name}", state, body, **more)


def test_first_message_leaves_at_once_and_later_ones_are_folded(page):
    subscribe(page.id)
    incident = opened(page)
    assert notify(page).sent() == [{incident: ["opened"]}]
    # when much happens within five minutes, nothing more is sent
    other = opened(page, 2)
    tell(page, update(incident, 1), update(incident, 2, RESOLVED))
    assert notify(page).sent() == []
    # then one message holds all of it, and the last state
    let_pass(page.id, minutes=5)
    send = notify(page)
    assert send.sent() == [{other: ["opened"], incident: ["updated", "resolved"]}]
    [(_, message, _)] = send.messages
    assert [news.state for news in message.incidents] == ["investigating", "resolved"]
    assert [news.is_first for news in message.incidents] == [True, False]


def test_a_webhook_gets_one_body_an_incident_without_a_pause(page):
    subscribe(page.id, channel="webhook", address="https://hooks.example.com/x")
    first, second = opened(page), opened(page, 2)
    assert notify(page).sent() == [{first: ["opened"]}, {second: ["opened"]}]
    tell(page, update(first, 1), update(first, 2))
    assert notify(page).sent() == [{first: ["updated", "updated"]}]


def test_a_failed_attempt_is_repeated_and_a_newer_event_goes_along(page):
    subscribe(page.id)
    incident = opened(page)
    notify(page, Recorder(Retry("answered 500")))
    assert statuses(page.id) == ["waiting"]
    # when the next attempt is due, and something has happened since
    tell(page, update(incident, 1))
    assert notify(page).messages == []
    let_pass(page.id, minutes=5)
    assert notify(page).sent() == [{incident: ["opened", "updated"]}]
    assert statuses(page.id) == ["sent", "sent"]


def test_an_address_is_in_quarantine_when_every_attempt_failed(page):
    subscriber = subscribe(page.id)
    opened(page)
    for _ in (*PAUSES, None):
        notify(page, Recorder(Retry("timed out")))
        let_pass(page.id, hours=17)
    assert statuses(page.id) == ["failed"]
    assert quarantine_of(subscriber) == "No message arrived for 48 hours: timed out."
    # then it gets nothing more
    opened(page, 2)
    assert notify(page).messages == []
    assert statuses(page.id) == ["failed", "quarantined"]


def test_an_address_is_in_quarantine_at_once_when_it_is_dead(page):
    subscriber = subscribe(page.id)
    opened(page)
    assert notify(page, Recorder(Dead("answered 410"))).sent() == []
    assert (statuses(page.id), quarantine_of(subscriber)) == (["quarantined"], "answered 410")


def quarantine_of(subscriber_id):
    query = text("SELECT quarantine_reason FROM subscribers WHERE id = :id")
    with sync_engine().connect() as conn:
        return conn.execute(query, {"id": subscriber_id}).scalar()


def test_a_claim_ends_when_its_sender_was_killed(page):
    subscribe(page.id)
    incident = opened(page)
    expand()
    # given a sender that was killed after it had claimed
    assert len(claim(page.id)) == 1
    assert notify(page).messages == []
    # then another one sends it when the claim is over
    let_pass(page.id, seconds=91)
    assert notify(page).sent() == [{incident: ["opened"]}]


def test_words_are_those_of_the_sending(page):
    subscribe(page.id)
    incident = opened(page)
    tell(page, update(incident, 1), update(incident, 2))
    # when a message is edited, and one deleted, before they are sent
    tell(page, c.EditUpdate(incident, f"u_{incident}", "We know."))
    tell(page, c.DeleteUpdate(incident, f"u_{incident}_1"))
    send = notify(page)
    assert send.sent() == [{incident: ["opened", "updated"]}]
    [(_, message, _)] = send.messages
    assert [entry.body for entry in message.incidents[0].entries] == ["We know.", "News."]
    assert statuses(page.id) == ["sent", "dropped", "sent"]


def test_a_withdrawal_is_for_those_who_were_sent_something(page):
    early = subscribe(page.id)
    incident = opened(page)
    notify(page)
    subscribe(page.id, minutes_ago=-1)  # confirmed after all that happens here
    late = subscribe(page.id, impact="critical", components=["unknown"])
    tell(page, c.DeleteIncident(incident))
    let_pass(page.id, minutes=5)
    send = notify(page)
    assert send.sent(early) == [{incident: ["withdrawn"]}]
    assert send.sent(late) == []
    # and for nobody if it was deleted before it was sent
    other = opened(page, 2)
    tell(page, c.DeleteIncident(other))
    let_pass(page.id, minutes=5)
    assert notify(page).sent() == []


@pytest.mark.parametrize(
    ("choices", "kinds"),
    [
        ({}, ["opened", "updated", "resolved"]),
        ({"updates": "ends"}, ["opened", "resolved"]),
        ({"kinds": "incidents"}, ["opened", "updated", "resolved"]),
        ({"kinds": "maintenances"}, None),
        ({"impact": "critical"}, ["opened", "updated", "resolved"]),
        ({"components": ["web"]}, ["updated", "resolved"]),
        ({"components": ["unknown"]}, None),
        ({"incident_id": "another"}, None),
        ({"minutes_ago": -1}, None),
    ],
)
def test_choices_are_kept(page, choices, kinds):
    if "components" in choices:
        choices = {"components": [page.leaves.get(name, name) for name in choices["components"]]}
    subscriber = subscribe(page.id, **choices)
    incident = opened(page)
    web = (c.StatusGiven("web", Status.DEGRADED),)
    tell(page, update(incident, 1, components=web), update(incident, 2, RESOLVED))
    assert notify(page).sent(subscriber) == ([{incident: kinds}] if kinds else [])


def test_nothing_is_sent_of_a_hidden_page_then_or_later(page):
    subscribe(page.id)
    first = opened(page)
    expand()
    # given one message that waits, and one event while the page is hidden
    tell(page, c.ChangePage(is_public=False), update(first, 1))
    assert notify(page).messages == []
    tell(page, c.ChangePage(is_public=True))
    let_pass(page.id, minutes=5)
    assert notify(page).messages == []
    assert statuses(page.id) == ["suppressed", "suppressed"]
    # then it hears of the next event
    tell(page, update(first, 2))
    assert notify(page).sent() == [{first: ["updated"]}]


def test_a_reminder_is_sent_once_before_a_maintenance(page):
    subscribe(page.id)
    start = datetime.now(UTC) + timedelta(hours=2)
    ids = f"i_{page.id}_w", f"u_{page.id}_w"
    tell(page, c.ScheduleMaintenance(*ids, "Disks", start, start + timedelta(hours=1), "Soon"))
    assert notify(page).sent() == [{ids[0]: ["planned"]}]
    # given that it was planned long ago; the lead is three hours
    with sync_engine().begin() as conn:
        earlier = text("UPDATE notification_events SET at = at - interval '9 hours'"
                       " WHERE page_id = :id")  # fmt: skip
        conn.execute(earlier, {"id": page.id})
    for _ in range(2):
        with sync_engine().begin() as conn:
            add_reminders(conn)
    let_pass(page.id, minutes=5)
    assert notify(page).sent() == [{ids[0]: ["reminder"]}]


def test_mails_beyond_the_quota_are_suppressed_except_an_end(page):
    subscribe(page.id)
    incident = opened(page)
    notify(page)
    with mock.patch.dict(quota.MAILS_A_DAY, {"prime": 1}):
        tell(page, update(incident, 1))
        let_pass(page.id, minutes=5)
        assert notify(page).sent() == []
        tell(page, update(incident, 2, RESOLVED))
        let_pass(page.id, minutes=5)
        assert notify(page).sent() == [{incident: ["resolved"]}]
    assert statuses(page.id) == ["sent", "suppressed", "sent"]


def test_no_page_has_more_claims_than_its_share(page):
    other = DrainedPage("api")
    for _ in range(5):
        subscribe(page.id, channel="webhook")
    subscribe(other.id, channel="webhook")
    opened(page)
    opened(other)
    expand()
    with sync_engine().connect() as conn:
        claimed = claim_subscribers(conn, 1_000, 3, is_email=False)
        counts = [sum(one.page_id == each.id for one in claimed) for each in (page, other)]
        assert counts == [3, 1]
        assert not [
            c for c in claim_subscribers(conn, 9, 3, is_email=False) if c.page_id == page.id
        ]
        conn.rollback()


def test_who_leaves_gets_nothing_more(page):
    subscriber = subscribe(page.id)
    opened(page)
    expand()
    [claimed] = claim(page.id)
    with sync_engine().begin() as conn:
        conn.execute(text("DELETE FROM subscribers WHERE id = :id"), {"id": subscriber})
    send = Recorder()
    deliver(claimed, send)
    assert (send.messages, statuses(page.id)) == ([], [])
