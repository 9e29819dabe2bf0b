"""Choices and leaving by a link, valid as long as the subscriber exists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from domain.notifications.choices import Channel, Choices, Kinds, Updates
from domain.page.state import Component
from domain.page.tree import children_of, walk
from domain.status import Impact
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.load import load_components
from domain.store.postgres.notifications.link_tokens import Link
from domain.store.postgres.notifications.subscribers import (
    Subscription,
    change_choices,
    find_subscription,
    leave,
    rotate_secret,
)
from web.api.subscribers.confirmation import sentence_of
from web.api.subscribers.link_pages import GONE, LinkView
from web.http.forms import Fields
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

NO_COMPONENT: Final = "Choose at least one component, or choose all."
NOT_A_CHOICE: Final = "One of these choices does not exist. Nothing was changed."
LEFT: Final = LinkView(
    "You are unsubscribed",
    "Your address was deleted. You can subscribe again on the status page at any time.",
)


class Managed(NamedTuple):
    """A subscriber with the components of its page."""

    subscription: Subscription
    components: Mapping[str, Component]


@dataclass(frozen=True, slots=True)
class Management:
    """The handler of links to change and to leave."""

    engine: "AsyncEngine"

    async def show(self, link: Link) -> LinkView:
        """Return the document with the choices."""
        managed = await run(self.engine, find_managed, link.subscriber_id)
        return management_view(managed) if managed else GONE

    async def use(self, link: Link, token: str, fields: Fields) -> LinkView:
        """Save choices, change the secret of a webhook, or leave."""
        managed = await run(self.engine, find_managed, link.subscriber_id)
        if managed is None:
            return GONE
        match dict(fields).get("use"):
            case "save":
                return await self._save(managed, fields)
            case "rotate":
                secret = await change(self.engine, rotate_secret, managed.subscription.id)
                return management_view(managed, secret=secret)
            case "leave":
                await change(self.engine, leave, managed.subscription.id)
                return LEFT
            case _:
                return management_view(managed)

    async def _save(self, managed: Managed, fields: Fields) -> LinkView:
        try:
            choices = read_choices(managed, fields)
        except ValueError:
            return management_view(managed, NOT_A_CHOICE, status=400)
        chosen = managed._replace(subscription=replace(managed.subscription, choices=choices))
        if choices.components == ():
            return management_view(chosen, NO_COMPONENT, status=400)
        await change(self.engine, change_choices, managed.subscription.id, choices)
        return management_view(chosen, is_saved=True)


def find_managed(conn: Connection, subscriber_id: str) -> Managed | None:
    """Return a subscriber with the components of its page; None if it has left."""
    subscription = find_subscription(conn, subscriber_id)
    if subscription is None:
        return None
    return Managed(subscription, load_components(conn, subscription.page_id))


def read_choices(managed: Managed, fields: Fields) -> Choices:
    """Return the choices of a form; one that it leaves out stays. Raises ValueError."""
    form, now = dict(fields), managed.subscription.choices
    chosen = tuple(value for name, value in fields if name == "components")
    is_whole = form.get("scope", "all") == "all"
    valid_ids = tuple(id_ for id_ in dict.fromkeys(chosen) if id_ in managed.components)
    return Choices(
        None if is_whole else valid_ids,
        now.incident_id,
        msgspec.convert(form.get("kinds", now.kinds), Kinds, strict=False),
        msgspec.convert(form.get("impact", now.impact), Impact, strict=False),
        msgspec.convert(form.get("updates", now.updates), Updates, strict=False),
    )


def management_view(
    managed: Managed,
    problem: str = "",
    *,
    status: int = 200,
    is_saved: bool = False,
    secret: str | None = None,
) -> LinkView:
    """Return the document with the choices."""
    subscription = managed.subscription
    details: dict[str, Any] = {
        "choices": subscription.choices,
        "rows": list_rows(managed.components),
        "is_saved": is_saved,
        "is_webhook": subscription.channel is Channel.WEBHOOK,
        "secret": secret,
    }
    return LinkView(
        f"Updates from {subscription.page_name}",
        sentence_of(subscription),
        problem=problem,
        status=status,
        template="manage",
        details=details,
    )


def list_rows(components: Mapping[str, Component]) -> list[tuple[Component, int]]:
    """Return all nodes in the order of the tree, each with its level."""
    return [(node, len(path)) for node, path in walk(children_of(components))]
