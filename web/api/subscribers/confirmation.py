"""Consent by a link: a subscriber sees the address and the topic, and confirms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.notifications.choices import Channel
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.notifications.link_tokens import Link, Purpose, create_link, use_link
from domain.store.postgres.notifications.subscribers import (
    SubscribersFullError,
    Subscription,
    confirm,
    find_subscription,
)
from web.api.subscribers.addresses import CHANNELS, mask_address
from web.api.subscribers.link_pages import GONE, LinkView
from web.http.forms import Fields
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

FULL: Final = "This page can't take more subscribers at the moment. Nothing was changed."


class Confirmed(NamedTuple):
    """A subscriber that has just confirmed: the way to its choices, and a webhook's secret."""

    manage_url: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The handler of links that confirm."""

    engine: "AsyncEngine"

    async def show(self, link: Link) -> LinkView:
        """Return the document with the button."""
        subscription = await run(self.engine, find_subscription, link.subscriber_id)
        return confirmation_view(subscription) if subscription else GONE

    async def use(self, link: Link, token: str, fields: Fields) -> LinkView:
        """Confirm, and use the link up."""
        subscription = await run(self.engine, find_subscription, link.subscriber_id)
        if subscription is None:
            return GONE
        if ("use", Purpose.CONFIRM) not in fields:
            return confirmation_view(subscription)
        try:
            confirmed = await change(self.engine, confirm_by_link, token)
        except SubscribersFullError:
            return confirmation_view(subscription, FULL, 409)
        return confirmed_view(subscription, confirmed) if confirmed else GONE


def confirm_by_link(conn: Connection, token: str) -> Confirmed | None:
    """Confirm the subscriber of a link that was not used yet. Raises SubscribersFullError."""
    link = use_link(conn, token)
    if link is None or link.purpose is not Purpose.CONFIRM or link.subscriber_id is None:
        return None
    secret = confirm(conn, link.subscriber_id)
    return Confirmed(create_link(conn, Purpose.MANAGE, subscriber_id=link.subscriber_id), secret)


def confirmation_view(subscription: Subscription, problem: str = "", status: int = 200) -> LinkView:
    """Return the document of a link that was not used yet."""
    return LinkView(
        f"Get updates from {subscription.page_name}",
        sentence_of(subscription),
        "Confirm",
        problem=problem,
        use=Purpose.CONFIRM,
        status=status,
        template="confirm",
    )


def confirmed_view(subscription: Subscription, confirmed: Confirmed) -> LinkView:
    """Return the document that follows the confirmation."""
    secret = confirmed.secret if subscription.channel is Channel.WEBHOOK else None
    return LinkView(
        "You are subscribed",
        sentence_of(subscription),
        way=("/s/" + confirmed.manage_url.rpartition("/")[2], "Choose what you get"),
        template="confirmed",
        details={"secret": secret},
    )


def sentence_of(subscription: Subscription) -> str:
    """Return a sentence about the address of a subscriber and the topic of its messages."""
    channel = CHANNELS[subscription.channel]
    address = mask_address(subscription.channel, subscription.address)
    topic = subscription.page_name
    if subscription.choices.incident_id is not None:
        title = subscription.incident_title
        topic = f"the incident “{title}” of {topic}" if title else f"an incident of {topic}"
    return f"{channel} to {address}, about {topic}."
