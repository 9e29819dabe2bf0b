"""Subscribers of a drained page, and senders that keep what they are given."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text

from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.expansion import expand_events
from domain.store.postgres.notifications.send_queue import Claimed, claim_subscribers
from workers.notify.deliver import deliver
from workers.notify.outcome import Sent


def subscribe(page_id, *, minutes_ago=60, **choices):
    """A confirmed subscriber of a page; returns its id."""
    id_, since = new_id("b"), datetime.now(UTC) - timedelta(minutes=minutes_ago)
    row = {"channel": "email", "address": f"{id_}@example.com", "created_at": since}
    with sync_engine().begin() as conn:
        values = {"id": id_, "page_id": page_id, "confirmed_at": since, **row, **choices}
        conn.execute(insert(t.subscribers).values(values))
    return id_


def let_pass(page_id, **span):
    """So much time passes for the subscribers of a page."""
    span = timedelta(**span)
    names = ("due_at", "claimed_until", "last_message_at", "last_attempt_at")
    moved = ", ".join(f"{name} = {name} - :span" for name in names)
    with sync_engine().begin() as conn:
        statement = text(f"UPDATE subscribers SET {moved} WHERE page_id = :page_id")
        conn.execute(statement, {"page_id": page_id, "span": span})


def expand():
    """Make the deliveries of all events."""
    while True:
        with sync_engine().begin() as conn:
            if not expand_events(conn, 100):
                return


def claim(page_id):
    """Claim what is due of a page; what is of other pages stays claimed by nobody."""
    with sync_engine().begin() as conn:
        mine, others = [], []
        for is_email in (True, False):
            for claimed in claim_subscribers(conn, 1_000, 1_000, is_email=is_email):
                (mine if claimed.page_id == page_id else others).append(claimed)
        free = text("UPDATE subscribers SET claimed_until = NULL WHERE id = ANY(:ids)")
        conn.execute(free, {"ids": [claimed.id for claimed in others]})
    return mine


class Recorder:
    """A channel that takes everything, or answers as it is told; and what it was given."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.messages = []

    def __call__(self, recipient: Claimed, message):
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        self.messages.append((recipient.id, message, outcome))
        return outcome

    def sent(self, subscriber_id=None):
        """What was taken: of each message its incidents, each with the kinds of its entries."""
        return [
            {news.id: [entry.kind.value for entry in news.entries] for news in message.incidents}
            for id_, message, outcome in self.messages
            if isinstance(outcome, Sent) and subscriber_id in (None, id_)
        ]


def notify(page, send=None):
    """Send all that is due of a page now; returns the recorder."""
    send = send or Recorder()
    expand()
    while claimed := claim(page.id):
        for recipient in claimed:
            deliver(recipient, send)
    return send


def statuses(page_id):
    """The statuses of all deliveries of a page, oldest event first."""
    with sync_engine().connect() as conn:
        query = "SELECT status FROM deliveries WHERE page_id = :id ORDER BY event_id, id"
        return list(conn.execute(text(query), {"id": page_id}).scalars())
