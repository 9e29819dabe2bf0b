"""Subscribers of pages: they subscribe, confirm, choose and leave.

Nothing of it is in the command log. Source: docs/behaviour.md, "Subscribers" and "Consent and
leaving".
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from domain.notifications.choices import Channel, Choices, Kinds, Source, Updates
from domain.page.limits import SUBSCRIBERS, SUBSCRIPTIONS, UNCONFIRMED
from domain.runtime.credentials import email_key
from domain.runtime.new_ids import new_id, new_webhook_secret
from domain.status import Impact

UNCONFIRMED_LASTS: Final = timedelta(hours=48)
FOLLOWS_LAST: Final = timedelta(hours=24)  # after the end of the incident
_COUNTS = text("""
SELECT p.tier,
  count(*) FILTER (WHERE s.confirmed_at IS NOT NULL) AS confirmed,
  count(*) FILTER (WHERE s.id IS NOT NULL AND s.confirmed_at IS NULL) AS unconfirmed,
  count(*) FILTER (WHERE s.channel = :channel AND lower(s.address) = lower(:address)) AS of_address
FROM pages p LEFT JOIN subscribers s ON s.page_id = p.id
WHERE p.id = :page_id AND p.deleted_at IS NULL GROUP BY p.tier
""")
_COMPONENTS = text("SELECT id FROM components WHERE page_id = :page_id AND id = ANY(:ids)")
_IS_OPEN = text("""
SELECT EXISTS (SELECT FROM incidents
  WHERE page_id = :page_id AND id = :id AND resolved_at IS NULL)
""")
# What waits for its confirmation has the choices of the newest request, and as long as a new one.
_SUBSCRIBE = text("""
INSERT INTO subscribers (id, page_id, channel, address, components, incident_id, kinds, impact,
  updates, source, secret, created_at)
VALUES (:id, :page_id, :channel, :address, :components, :incident_id, :kinds, :impact, :updates,
  :source, :secret, clock_timestamp())
ON CONFLICT (page_id, channel, lower(address), coalesce(incident_id, '')) DO UPDATE
SET components = excluded.components, kinds = excluded.kinds, impact = excluded.impact,
  updates = excluded.updates, created_at = excluded.created_at
WHERE subscribers.confirmed_at IS NULL AND subscribers.source = excluded.source
""")
_SUBSCRIPTION = """
SELECT s.id, s.page_id, p.name AS page_name, s.channel, s.address, s.components, s.incident_id,
  i.title AS incident_title, s.kinds, s.impact, s.updates,
  s.confirmed_at IS NOT NULL AS is_confirmed
FROM subscribers s JOIN pages p ON p.id = s.page_id LEFT JOIN incidents i ON i.id = s.incident_id
"""
_SAME = text(
    _SUBSCRIPTION
    + "WHERE s.page_id = :page_id AND s.channel = :channel AND lower(s.address) = lower(:address)"
    " AND coalesce(s.incident_id, '') = coalesce(:incident_id, '')"
)
_FIND = text(_SUBSCRIPTION + "WHERE s.id = :id")
_CONFIRM = text("""
UPDATE subscribers SET confirmed_at = clock_timestamp(), consented_at = clock_timestamp(),
  due_at = NULL, quarantined_at = NULL, quarantine_reason = NULL, failed_attempts = 0
WHERE id = :id AND confirmed_at IS NULL RETURNING secret
""")
_ASK = text("UPDATE subscribers SET due_at = clock_timestamp() WHERE id = :id")
_CHANGE = text("""
UPDATE subscribers SET components = :components, kinds = :kinds, impact = :impact,
  updates = :updates WHERE id = :id
""")
_ROTATE = text("""
UPDATE subscribers SET previous_secret = secret, secret = :secret,
  secret_changed_at = clock_timestamp() WHERE id = :id AND channel = 'webhook'
""")
_LEAVE = text("DELETE FROM subscribers WHERE id = :id RETURNING page_id, channel, address")
_HAS_OTHERS = text("""
SELECT EXISTS (SELECT FROM subscribers
  WHERE page_id = :page_id AND channel = :channel AND lower(address) = lower(:address))
""")
_KEY = text("SELECT key FROM fixed_keys WHERE name = 'left'")
_NOTE_LEFT = text("""
INSERT INTO left_addresses (hash, page_id, left_at) VALUES (:hash, :page_id, clock_timestamp())
ON CONFLICT (hash) DO UPDATE SET left_at = excluded.left_at
""")
_HAS_LEFT = text("SELECT EXISTS (SELECT FROM left_addresses WHERE hash = :hash)")
_UNDO_LEFT = text("DELETE FROM left_addresses WHERE hash = :hash")
_FORGET = """
DELETE FROM subscribers WHERE id IN (
  SELECT s.id FROM subscribers s {where} ORDER BY s.created_at LIMIT :limit
  FOR UPDATE OF s SKIP LOCKED)
"""
_UNCONFIRMED = text(
    _FORGET.format(
        where="WHERE s.confirmed_at IS NULL AND s.created_at < statement_timestamp() - :lasts"
    )
)
# Of an incident that was deleted: once nothing waits to be sent.
_ENDED_FOLLOWS = text(
    _FORGET.format(
        where="""LEFT JOIN incidents i ON i.id = s.incident_id
  WHERE s.incident_id IS NOT NULL AND (i.resolved_at < statement_timestamp() - :lasts
    OR i.id IS NULL AND s.due_at IS NULL AND s.created_at < statement_timestamp() - :lasts)"""
    )
)


class SubscribersFullError(Exception):
    """The page has as many subscribers as its tier allows."""


class TooManySubscriptionsError(Exception):
    """The address has as many subscriptions of the page as are allowed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber, with the names of its page and of the incident that it follows."""

    id: str
    page_id: str
    page_name: str
    channel: Channel
    address: str
    incident_title: str | None
    choices: Choices
    is_confirmed: bool


def subscribe(
    conn: Connection,
    page_id: str,
    channel: Channel,
    address: str,
    choices: Choices,
    source: Source,
) -> Subscription:
    """Store a subscriber that has not confirmed yet, or return the known one.

    A confirmed one stays as it is. Raises SubscribersFullError, TooManySubscriptionsError.
    """
    owner = {"page_id": page_id, "channel": channel, "address": address}
    counts = conn.execute(_COUNTS, owner).one_or_none()
    if counts is None or not has_room(counts.tier, counts.confirmed, counts.unconfirmed):
        raise SubscribersFullError
    is_new = _find_same(conn, owner, choices) is None
    if is_new and counts.of_address >= SUBSCRIPTIONS:
        raise TooManySubscriptionsError
    secret = new_webhook_secret() if channel is Channel.WEBHOOK else None
    row = {"id": new_id("b"), "source": source, "secret": secret, **owner, **_columns(choices)}
    conn.execute(_SUBSCRIBE, {**row, "incident_id": choices.incident_id})
    subscription = _find_same(conn, owner, choices)
    if subscription is None:  # it left a moment ago
        raise SubscribersFullError
    return subscription


def unknown_components(conn: Connection, page_id: str, ids: Sequence[str]) -> list[str]:
    """Return those of some ids that are no component of a page."""
    ids_of_page = set(conn.execute(_COMPONENTS, {"page_id": page_id, "ids": list(ids)}).scalars())
    return [id_ for id_ in ids if id_ not in ids_of_page]


def is_open_incident(conn: Connection, page_id: str, incident_id: str) -> bool:
    """Return whether a page has an incident or a maintenance that is not resolved."""
    return bool(conn.execute(_IS_OPEN, {"page_id": page_id, "id": incident_id}).scalar())


def has_room(tier: str, confirmed: int, unconfirmed: int = 0) -> bool:
    """Return whether a page of a tier may have one more subscriber."""
    return confirmed < SUBSCRIBERS[tier] and unconfirmed < UNCONFIRMED


def find_subscription(conn: Connection, subscriber_id: str) -> Subscription | None:
    """Return a subscriber; None if it has left."""
    return _to_subscription(conn.execute(_FIND, {"id": subscriber_id}).mappings().one_or_none())


def request_test_message(conn: Connection, subscriber_id: str) -> None:
    """Let the notifier send the message with the link that confirms."""
    conn.execute(_ASK, {"id": subscriber_id})


def confirm(conn: Connection, subscriber_id: str) -> str | None:
    """Confirm a subscriber, and return the secret of a webhook.

    An address that left before is back. A confirmed one stays as it is. Raises
    SubscribersFullError.
    """
    subscription = find_subscription(conn, subscriber_id)
    if subscription is None or subscription.is_confirmed:
        return None
    owner = {"page_id": subscription.page_id, "channel": subscription.channel}
    counts = conn.execute(_COUNTS, {**owner, "address": subscription.address}).one()
    if not has_room(counts.tier, counts.confirmed):
        raise SubscribersFullError
    secret = conn.execute(_CONFIRM, {"id": subscriber_id}).scalar()
    conn.execute(_UNDO_LEFT, {"hash": left_hash(conn, **owner, address=subscription.address)})
    return secret


def change_choices(conn: Connection, subscriber_id: str, choices: Choices) -> bool:
    """Change the choices of a subscriber; the incident that it follows stays."""
    return conn.execute(_CHANGE, {"id": subscriber_id, **_columns(choices)}).rowcount > 0


def rotate_secret(conn: Connection, subscriber_id: str) -> str | None:
    """Give a webhook another secret, and return it; None for any other channel."""
    secret = new_webhook_secret()
    is_done = conn.execute(_ROTATE, {"id": subscriber_id, "secret": secret}).rowcount > 0
    return secret if is_done else None


def leave(conn: Connection, subscriber_id: str) -> bool:
    """Delete a subscriber with all that belongs to it; False if it has left before.

    When it was the last subscription of its address to the page, the address counts as one that
    left.
    """
    row = conn.execute(_LEAVE, {"id": subscriber_id}).mappings().one_or_none()
    if row is None:
        return False
    if not conn.execute(_HAS_OTHERS, dict(row)).scalar():
        note = {"hash": left_hash(conn, **row), "page_id": row["page_id"]}
        conn.execute(_NOTE_LEFT, note)
    return True


def has_left(conn: Connection, page_id: str, channel: str, address: str) -> bool:
    """Return whether an address has left a page."""
    key = left_hash(conn, page_id, channel, address)
    return bool(conn.execute(_HAS_LEFT, {"hash": key}).scalar())


def left_hash(conn: Connection, page_id: str, channel: str, address: str) -> str:
    """Return the keyed hash of an address that left a page."""
    return left_hashes(conn, page_id, channel, [address])[address]


def left_hashes(
    conn: Connection, page_id: str, channel: str, addresses: Sequence[str]
) -> dict[str, str]:
    """Return the keyed hashes of addresses, by address."""
    key = conn.execute(_KEY).scalar_one()
    return {address: _keyed_hash(key, page_id, channel, address) for address in addresses}


def _keyed_hash(key: bytes, page_id: str, channel: str, address: str) -> str:
    mailbox = email_key(address) if channel == Channel.EMAIL else address.strip().lower()
    message = f"{page_id}\0{channel}\0{mailbox}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def forget_unconfirmed(conn: Connection, limit: int) -> int:
    """Delete subscribers that did not confirm in time; return their number."""
    return conn.execute(_UNCONFIRMED, {"lasts": UNCONFIRMED_LASTS, "limit": limit}).rowcount


def forget_ended_follows(conn: Connection, limit: int) -> int:
    """Delete subscriptions of incidents that ended a day ago; return their number."""
    return conn.execute(_ENDED_FOLLOWS, {"lasts": FOLLOWS_LAST, "limit": limit}).rowcount


def _find_same(conn: Connection, owner: dict[str, str], choices: Choices) -> Subscription | None:
    where = {**owner, "incident_id": choices.incident_id}
    return _to_subscription(conn.execute(_SAME, where).mappings().one_or_none())


def _columns(choices: Choices) -> dict[str, Any]:
    components = None if choices.components is None else list(choices.components)
    return {
        "components": components,
        "kinds": choices.kinds,
        "impact": choices.impact,
        "updates": choices.updates,
    }


def _to_subscription(row: Any) -> Subscription | None:  # noqa: ANN401 - a row as a mapping
    if row is None:
        return None
    choices = Choices(
        None if row["components"] is None else tuple(row["components"]),
        row["incident_id"],
        Kinds(row["kinds"]),
        Impact(row["impact"]),
        Updates(row["updates"]),
    )
    names = ("id", "page_id", "page_name", "address", "incident_title", "is_confirmed")
    values = {name: row[name] for name in names}
    return Subscription(**values, channel=Channel(row["channel"]), choices=choices)
