"""Requests to subscribe, and the messages that ask for consent.

The answer is the same whether an address is known, and whether a limit keeps a message back.

Source: docs/behaviour.md, "Consent and leaving".
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.notifications.choices import Channel, Source
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.outgoing.target import Target
from domain.runtime.settings import Settings
from domain.runtime.template_loader import environment
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.notifications import subscribers
from domain.store.postgres.notifications.confirmations import queue_confirmation
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from domain.store.postgres.notifications.mails import Mail
from domain.store.postgres.notifications.subscribers import (
    UNCONFIRMED_LASTS,
    SubscribersFullError,
    Subscription,
    TooManySubscriptionsError,
)
from domain.store.redis.rate_limits.rules import TEST_ADDRESS, TEST_HOST
from domain.text import clean_line
from web.api.subscribers.addresses import destinations_of
from web.api.subscribers.schemas import Subscribe
from web.api.subscribers.targets import TargetChecks
from web.http.bodies import wrong_value
from web.http.errors import ApiError, invalid, unavailable
from web.http.rate_limits import Attempts
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)

NO_MAIL: Final = "E-mail can't be sent at the moment. Choose another channel, or try again later."
FULL: Final = "This page can't take more subscribers at the moment."


@dataclass(frozen=True, slots=True)
class SubscriptionRequests:
    """Takes the requests to subscribe of one process."""

    engine: "AsyncEngine"
    attempts: Attempts
    settings: Settings
    targets: TargetChecks

    async def take(self, page_id: str, body: Subscribe) -> None:
        """Store a request, and ask for consent. Raises ApiError 400, 409 and 503."""
        if body.channel is Channel.EMAIL and not can_send_mail(self.settings):
            raise unavailable(NO_MAIL)
        await run(self.engine, check_references, page_id, body)
        is_url = body.channel is not Channel.EMAIL
        target = await self.targets.check(body.address) if is_url else None
        try:
            subscription = await change(self.engine, store_request, page_id, body)
        except SubscribersFullError:
            raise ApiError(409, "CONFLICT", FULL) from None
        except TooManySubscriptionsError:
            log.info("an address has as many subscriptions of %s as are allowed", page_id)
            return
        if target is None or subscription.is_confirmed:
            return
        if await self.may_be_tested(body.address, target):
            await change(self.engine, subscribers.request_test_message, subscription.id)

    async def may_be_tested(self, address: str, target: Target) -> bool:
        """Count a test message; return whether it may be sent."""
        counts = [(TEST_ADDRESS, address), *((TEST_HOST, to) for to in destinations_of(target))]
        waits = [await self.attempts.limits.hit(limit, part) for limit, part in counts]
        return not any(waits)


def check_references(conn: Connection, page_id: str, body: Subscribe) -> None:
    """Check components and incident of a request. Raises ApiError 400."""
    unknown = subscribers.unknown_components(conn, page_id, body.components or ())
    if unknown:
        raise invalid(f"This page has no component with the id {unknown[0][:40]}.", "components")
    if body.incident and not subscribers.is_open_incident(conn, page_id, body.incident):
        raise wrong_value(Subscribe, "incident")


def store_request(conn: Connection, page_id: str, body: Subscribe) -> Subscription:
    """Store a subscriber, and the mail that asks for its consent.

    Raises SubscribersFullError and TooManySubscriptionsError.
    """
    request = (page_id, body.channel, body.address, body.choices, Source.FORM)
    subscription = subscribers.subscribe(conn, *request)
    if body.channel is Channel.EMAIL:
        queue_confirmation(conn, write_confirmation(conn, subscription))
    return subscription


def write_confirmation(conn: Connection, subscription: Subscription) -> Mail:
    """Return the mail that asks for consent.

    A confirmed subscriber gets the way to its choices.
    """
    purpose = Purpose.MANAGE if subscription.is_confirmed else Purpose.CONFIRM
    lasts = None if subscription.is_confirmed else UNCONFIRMED_LASTS
    words = {
        "page": one_line(subscription.page_name),
        "incident": one_line(subscription.incident_title or ""),
        "is_known": subscription.is_confirmed,
        "link": create_link(conn, purpose, subscriber_id=subscription.id, lasts=lasts),
    }
    subject, body = render("confirm.txt.j2", words).split("\n", 1)
    return Mail(
        "confirm",
        subscription.address,
        subject,
        body,
        render("confirm.html.j2", words),
        subscriber_id=subscription.id,
    )


def render(template: str, words: dict[str, object]) -> str:
    """Return a mail's text; its template is one of templates/mail."""
    return environment({}).get_template(f"mail/{template}").render(words)


def one_line(name: str) -> str:
    """Return a name without control characters, for a subject."""
    return clean_line(name) or ""
