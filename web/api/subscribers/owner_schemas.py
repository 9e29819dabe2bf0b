"""The bodies and answers of the owner's list of subscribers and of deliveries."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from domain.notifications.choices import Channel, Kinds, Source, Updates
from domain.notifications.events import EventKind
from domain.status import Impact
from domain.store.postgres.notifications.delivery_report import DeliveryStatus, ListedDelivery
from domain.store.postgres.notifications.subscriber_list import ListedSubscriber
from web.api import field_sentences as says
from web.api.subscribers.addresses import show_address
from web.api.subscribers.schemas import Subscribe
from web.http.bodies import wrong_value
from web.http.wire import Answer, Id, Instant, to_answer

CONSENT_NOTE = "The day on which consent was given, as you can prove it."
ConsentDate = Annotated[date, Meta(description=CONSENT_NOTE), says.CONSENT_DATE]


class NewSubscriber(Subscribe):
    """A subscriber that the owner adds."""

    consent_date: ConsentDate | None = None


class Import(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """E-mail addresses with the day of their consent: a list, or CSV."""

    consent_date: ConsentDate
    addresses: Annotated[list[str] | None, says.ADDRESSES] = None
    csv: Annotated[str | None, says.CSV] = None


class SubscriberView(Answer, frozen=True):
    """A subscriber. Of a URL the address has the host and the end only."""

    id: Id
    channel: Channel
    address: str
    components: list[Id] | None
    incident: Id | None
    kinds: Kinds
    impact: Impact
    updates: Updates
    source: Source
    created_at: Instant
    consented_at: Instant | None
    confirmed_at: Instant | None
    quarantined_at: Instant | None
    quarantine_reason: str | None


class SubscriberList(Answer, frozen=True):
    """Some of a page's subscribers, newest first; more of them lie behind the cursor."""

    items: list[SubscriberView]
    next_cursor: str | None


class AddedSubscriber(Answer, frozen=True):
    """The subscriber; `confirmed` is false while its confirmation is awaited."""

    id: Id
    confirmed: bool


class ImportResult(Answer, frozen=True):
    """The numbers of an import, and the lines that are no e-mail address."""

    added: int
    known_count: int = msgspec.field(name="known")
    left_count: int = msgspec.field(name="left")
    invalid: int
    invalid_lines: list[int]


class DeliveryView(Answer, frozen=True):
    """A delivery: an event to a subscriber, its status and its reason."""

    id: Id
    subscriber: Id
    channel: Channel
    address: str
    incident: Id
    event: EventKind
    title: str
    status: DeliveryStatus
    reason: str | None
    attempts: int
    created_at: Instant
    settled_at: Instant | None
    resent_at: Instant | None


class DeliveryList(Answer, frozen=True):
    """Some of a page's deliveries, newest first; more of them lie behind the cursor."""

    items: list[DeliveryView]
    next_cursor: str | None


def subscriber_view(listed: ListedSubscriber) -> SubscriberView:
    """Return a subscriber as JSON."""
    address = show_address(listed.channel, listed.address)
    return to_answer(SubscriberView, listed, address=address, incident=listed.incident_id)


def delivery_view(listed: ListedDelivery) -> DeliveryView:
    """Return a delivery as JSON."""
    return to_answer(
        DeliveryView,
        listed,
        subscriber=listed.subscriber_id,
        address=show_address(listed.channel, listed.address),
        incident=listed.incident_id,
        event=listed.kind,
    )


def parse_consent(day: date | None, body_type: type[Any]) -> datetime | None:
    """Return the begin of a day of consent. Raises ApiError 400 for one in the future.

    Somewhere it is tomorrow already.
    """
    if day is None:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if at > datetime.now(UTC) + timedelta(days=1):
        raise wrong_value(body_type, "consentDate")
    return at
