"""A web process of a system that can send mail, its actors, and the mails that wait there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.actors import Actors, Owner
from tests.support.faults.breaking import Behind
from tests.support.stack import System, Web

LINK = re.compile(r"^http://\S+(/s/\S+)$", re.MULTILINE)


class Outbox(Actors):
    """The actors of a web process with an outbox: accounts that are made there are unverified."""

    def __init__(self, system: System, web: Web) -> None:
        super().__init__(system)
        self.number = system.webs.index(web)
        self.anybody = self.caller(web=self.number)

    def newcomer(self, name: str = "ada", *, is_verified: bool = False) -> Owner:
        """An owner who signed up; with her link used if `is_verified`."""
        owner = self.owner(name, web=self.number)
        if is_verified:
            assert self.use(self.link_to(owner.email), "verify").is_success
        return owner

    def mails_to(self, address: str) -> list[Any]:
        """Kind, subject and body of the mails to an address, oldest first."""
        query = """
        SELECT kind, subject, body FROM mails WHERE recipient = :address ORDER BY created_at, id
        """
        return Behind(self.system).sql(query, address=address)

    def kinds_to(self, address: str) -> list[str]:
        return [mail.kind for mail in self.mails_to(address)]

    def link_to(self, address: str) -> str:
        """The path of the link in the newest mail to an address."""
        found = LINK.search(self.mails_to(address)[-1].body)
        assert found
        return found[1]

    def use(self, link: str, purpose: str, **fields: str) -> httpx.Response:
        """Press the button of a link's page."""
        return self.anybody.http.post(link, data={"use": purpose, **fields})


@contextmanager
def started_outbox(system: System) -> Iterator[Outbox]:
    """Start a web process that can send mail, and end it."""
    web = system.start_web(env={"OUTBOX": "on"})
    try:
        with Outbox(system, web) as outbox:
            yield outbox
    finally:
        system.end_web(web)
