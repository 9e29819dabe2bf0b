"""Subscribers of pages in a running system, and the links in their messages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, insert

from domain.notifications.choices import Channel, Choices, Source
from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications import subscribers
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from tests.support.inside import inside
from tests.support.name_server import name_server
from tests.support.stack import System
from tests.support.statements import sql

LINK = re.compile(r"/s/[\w-]{22}")
GLOBAL = "93.184.215.14"
KNOWN_HOSTS = ("hooks.slack.com", "discord.com", "eu.logic.azure.com", "vi.example", "ada.example")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def add_subscriber(
    system: System,
    page_id: str,
    address: str,
    channel: Channel = Channel.EMAIL,
    purpose: Purpose = Purpose.MANAGE,
) -> tuple[str, str]:
    """Add a subscriber, confirmed unless the link is to confirm; return its id and the link."""
    with inside(system), sync_engine().begin() as conn:
        choices = Choices()
        new = subscribers.subscribe(conn, page_id, channel, address, choices, Source.FORM)
        if purpose is not Purpose.CONFIRM:
            subscribers.confirm(conn, new.id)
        url = create_link(conn, purpose, subscriber_id=new.id)
    return new.id, path_in(url)


def add_delivery(
    page_id: str, incident_id: str, subscriber_id: str, status: str, command_id: str | None = None
) -> str:
    """Add a delivery of an incident's opening, and return its id."""
    id_ = new_id("d")
    with sync_engine().begin() as conn:
        values = {"page_id": page_id, "incident_id": incident_id}
        event = {"incident_kind": "incident", "kind": "opened", "title": "Slow answers"}
        event |= {"state": "investigating", "impact": "major", "concerns": []}
        stamps = {"at": func.now(), "expanded_at": func.now(), "command_id": command_id}
        new = insert(t.notification_events).values(**values, **event, **stamps)
        event_id = conn.execute(new.returning(t.notification_events.c.id)).scalar_one()
        values |= {"id": id_, "event_id": event_id, "subscriber_id": subscriber_id}
        conn.execute(
            insert(t.deliveries).values(**values, status=status, created_at=func.clock_timestamp())
        )
    return id_


def path_in(text: str) -> str:
    """The path of the link in a text."""
    found = LINK.search(text)
    assert found, text
    return found[0]


def rows(system: System, statement: str, **values: Any) -> list[Any]:
    """Run a statement in the database of a system."""
    with inside(system):
        return sql(statement, **values)


def subscribers_of(system: System, page_id: str) -> list[Any]:
    """All subscribers of a page."""
    query = "SELECT * FROM subscribers WHERE page_id = :id ORDER BY created_at"
    return rows(system, query, id=page_id)


def mails_to(system: System, address: str) -> list[Any]:
    """All mails to an address, oldest first."""
    query = "SELECT * FROM mails WHERE recipient = :address ORDER BY created_at"
    return rows(system, query, address=address)


@contextmanager
def mailing_web(system: System) -> Iterator[int]:
    """One more web process for a while, which keeps mails and counts; yields its number.

    It finds the `KNOWN_HOSTS` in DNS.
    """
    with name_server() as zone:
        for host in KNOWN_HOSTS:
            zone.put(host, "A", GLOBAL)
        env = {"OUTBOX": "on", "RATE_LIMITS": "on", "DNS_PORT": str(zone.port)}
        web = system.start_web(env)
        try:
            yield system.webs.index(web)
        finally:
            system.end_web(web)
