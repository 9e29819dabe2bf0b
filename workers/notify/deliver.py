"""Delivery: claimed subscribers get their waiting messages.

No transaction is open while a channel is asked: a slow recipient holds no lock.

Source: docs/behaviour.md, "Delivery".
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from domain.notifications.choices import Channel
from domain.notifications.messages import Message
from domain.page.public_events import is_shown_at
from domain.page.state import Page
from domain.runtime.metrics import MESSAGES
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.notifications import send_queue
from domain.store.postgres.notifications.expansion import HIDDEN
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from domain.store.postgres.notifications.quota import add_mail
from domain.store.postgres.notifications.send_queue import Claimed, Waiting
from workers.notify.compose import build_message, split_waiting
from workers.notify.outcome import Dead, Outcome, Postponed, Retry, Sent
from workers.notify.pages import load_current_page
from workers.notify.quota import split_by_quota

logger = logging.getLogger(__name__)
POSTPONED = timedelta(seconds=5)
GONE = "there was nothing left to tell"


class Sender(Protocol):
    """Hands a message over to a channel. It raises nothing."""

    def __call__(self, recipient: Claimed, message: Message) -> Outcome:
        """Send a message to a recipient."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message, the deliveries that it settles, and the pause until the next one."""

    message: Message
    delivery_ids: Sequence[str]
    pause: timedelta


def deliver(claimed: Claimed, send: Sender) -> None:
    """Send a claimed subscriber its messages, and release it."""
    with sync_engine().begin() as conn:
        recipient = send_queue.renew_claim(conn, claimed)
        parcels = pack(conn, recipient) if recipient else []
        if recipient and not parcels:
            send_queue.release(conn, recipient, "none")
    if recipient is None:
        return
    for parcel in parcels:
        if not settle(recipient, parcel, send(recipient, parcel.message)):
            return
    if parcels:
        with sync_engine().begin() as conn:
            send_queue.release(conn, recipient, "sent", parcels[0].pause)


def pack(conn: Connection, recipient: Claimed) -> list[Parcel]:
    """Return the messages for a subscriber: one for all incidents, or a webhook's for each."""
    waiting = send_queue.load_waiting(conn, recipient.id)
    if not waiting:
        return []
    ids = {delivery.incident_id for delivery in waiting}
    page = load_current_page(conn, recipient.page_id, ids)
    if not is_shown_at(page, datetime.now(UTC)):
        send_queue.settle_deliveries(conn, ids_of(waiting), "suppressed", HIDDEN, attempts=0)
        return []
    news, dropped = split_waiting(page, waiting)
    send_queue.settle_deliveries(conn, ids_of(dropped), "dropped", GONE, attempts=0)
    if recipient.channel is Channel.EMAIL:
        news = split_by_quota(conn, page, news)
    if recipient.channel is Channel.WEBHOOK:
        return [pack_one(conn, page, recipient, [each]) for each in news.values()]
    return [pack_one(conn, page, recipient, list(news.values()))] if news else []


def pack_one(
    conn: Connection, page: Page, recipient: Claimed, news: Sequence[Sequence[Waiting]]
) -> Parcel:
    """Return a message of some incidents; its id is that of its newest delivery."""
    delivery_ids = [delivery.id for deliveries in news for delivery in deliveries]
    manage_url = create_link(conn, Purpose.MANAGE, subscriber_id=recipient.id)
    is_folded = recipient.channel is not Channel.WEBHOOK
    return Parcel(
        build_message(page, news, max(delivery_ids), manage_url),
        delivery_ids,
        timedelta(minutes=page.look.notify_minutes if is_folded else 0),
    )


def settle(recipient: Claimed, parcel: Parcel, outcome: Outcome) -> bool:
    """Record the outcome of an attempt; return whether the subscriber gets its next message."""
    MESSAGES.labels(recipient.channel, type(outcome).__name__.lower()).inc()
    with sync_engine().begin() as conn:
        match outcome:
            case Sent():
                message_id = parcel.message.id
                ids = parcel.delivery_ids
                send_queue.settle_deliveries(conn, ids, "sent", message_id=message_id)
                if recipient.channel is Channel.EMAIL:
                    add_mail(conn, recipient.page_id)
            case Retry(reason, after_s):
                record_failure(conn, recipient, parcel, reason, after_s)
            case Postponed(reason):
                logger.warning("a message waits: %s", reason)
                send_queue.release(conn, recipient, "none", POSTPONED)
            case Dead(reason):
                send_queue.quarantine(conn, recipient.id, reason)
    return isinstance(outcome, Sent)


def record_failure(
    conn: Connection, recipient: Claimed, parcel: Parcel, reason: str, after_s: float | None
) -> None:
    """Record a failed attempt; after the last one the address is in quarantine."""
    logger.info("not sent", extra={"subscriber": recipient.id, "reason": reason})
    requested = timedelta(seconds=after_s) if after_s else None
    if pause := send_queue.pause_after_failure(recipient, requested):
        send_queue.settle_deliveries(conn, parcel.delivery_ids, "waiting", reason)
        send_queue.release(conn, recipient, "failed", pause)
    else:
        send_queue.settle_deliveries(conn, parcel.delivery_ids, "failed", reason)
        send_queue.quarantine(conn, recipient.id, f"No message arrived for 48 hours: {reason}.")


def ids_of(deliveries: Sequence[Waiting]) -> list[str]:
    """Return the ids of deliveries."""
    return [delivery.id for delivery in deliveries]
