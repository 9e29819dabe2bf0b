"""What is done to a system that must not be felt by others, by the points of the issue "Limits".

Each scenario is played by a process of its own, from one or two free accounts or none. Rates are
offered, not forced: a few connections each wait for their answer, so that two shared cores are not
the client's alone.
"""

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.accounts import Account
from bench.client import Client, encode_request, send_paced
from bench.hostile import HOSTILE_MARKDOWN, refusals

LONG = "word " * 1998  # a message of 9,990 characters
INCIDENTS, UPDATES = 20, 150
ASYNC = {"Prefer": "respond-async"}
BIG_BODY = 60_000  # bytes: just below what is read
SESSIONS = 5
DOMAINS = 5  # of a page
HEAVY_CATEGORIES, HEAVY_UPDATES = 100, 400


@dataclass(slots=True)
class Abuse:
    """A scenario that is being played: by which accounts, until which instant of the loop."""

    accounts: tuple[Account, ...]
    until: float
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def account(self) -> Account:
        return self.accounts[0]

    async def send(self, requests: Iterator[bytes], rate: float, connections: int = 8) -> None:
        """Send at a rate until the end."""
        port = self.account.port
        await send_paced(port, requests, rate, self.until, self.statuses, connections)


async def data_of(client: Client, request: bytes) -> Any:
    """Return the data of an answer; None if it was refused."""
    _, _, raw = await client.ask(request)
    try:
        return json.loads(raw).get("data")
    except ValueError:
        return None


async def open_incidents(account: Account, count: int) -> list[str]:
    """Open incidents; return their ids, of as many as were taken."""
    client = Client(account.port)
    titles = [f"Trouble {number}" for number in range(count)]
    asked = [account.monitor("incidents", {"title": title}, **ASYNC) for title in titles]
    found = [await data_of(client, request) for request in asked]
    client.close()
    return [data["id"] for data in found if data]


def updates(account: Account, incidents: list[str], body: Iterator[str]) -> Iterator[bytes]:
    """Yield updates of incidents in turn, answered without waiting for their publication."""
    for incident in itertools.cycle(incidents or ["i_none"]):
        said = {"state": "investigating", "body": next(body)}
        yield account.monitor(f"incidents/{incident}/updates", said, **ASYNC)


def toggles(account: Account) -> Iterator[bytes]:
    """Yield toggles, each of which publishes the page anew."""
    for status in itertools.cycle(("degraded", "operational")):
        path = f"components/{account.leaves[0]}/status"
        yield account.monitor(path, {"status": status}, **ASYNC)


def looks(account: Account, incidents: list[str]) -> Iterator[bytes]:
    """Yield visits to all that a page shows, without compression now and then."""
    paths = ["/", "/status.json", "/history", "/badge.png", "/og.png"]
    paths += [f"/incidents/{incident}" for incident in incidents]
    paths += [f"/incidents/{incident}/2" for incident in incidents]
    for number, path in enumerate(itertools.cycle(paths)):
        yield account.visit(path, **({"Accept_Encoding": "br"} if number % 2 else {}))


async def refuse(abuse: Abuse) -> None:
    """Point 1."""
    await abuse.send(itertools.cycle(refusals(abuse.account)), 250)


async def fill_page(abuse: Abuse) -> None:
    """Point 2: write as fast as it goes what a page may hold, and look at it."""
    incidents = await open_incidents(abuse.account, INCIDENTS)
    await asyncio.gather(
        abuse.send(updates(abuse.account, incidents, itertools.repeat(LONG)), 150),
        abuse.send(looks(abuse.account, incidents), 10, 4),
    )


async def publish_hostile_words(abuse: Abuse) -> None:
    """Point 3: messages that are dear to parse, and a page that is published again and again."""
    incidents = await open_incidents(abuse.account, 5)
    words = itertools.cycle(HOSTILE_MARKDOWN.values())
    await asyncio.gather(
        abuse.send(updates(abuse.account, incidents, words), 20, 4),
        abuse.send(toggles(abuse.account), 20, 2),
        abuse.send(looks(abuse.account, incidents), 5, 2),
    )


async def make_heavy(abuse: Abuse) -> None:
    """Make pages as heavy as they may be."""
    for account in abuse.accounts:
        incidents = await open_incidents(account, INCIDENTS)
        words = (f"{n} {LONG}"[:9990] for n in itertools.count())
        messages = updates(account, incidents, words)
        for requests, count in (
            (categories(account), HEAVY_CATEGORIES),
            (messages, HEAVY_UPDATES),
        ):
            client = Client(account.port)
            for request in itertools.islice(requests, count):
                await client.ask(request)
            client.close()


def categories(account: Account) -> Iterator[bytes]:
    """Yield categories with all the words that they may have."""
    for number in itertools.count():
        body = {"kind": "category", "name": f"Part {number} " * 8, "description": "why " * 120}
        yield account.owner("POST", "components", body, **ASYNC)


async def keep_heavy_pages_busy(abuse: Abuse) -> None:
    """Point 4: each heavy page is written to every second, looked at, and previewed."""
    await asyncio.gather(*(keep_busy(abuse, account) for account in abuse.accounts))


async def keep_busy(abuse: Abuse, account: Account) -> None:
    client = Client(account.port)
    listed = await data_of(client, account.owner("GET", "incidents")) or {}
    client.close()
    incidents = [item["id"] for item in listed.get("items", [])]
    await asyncio.gather(
        abuse.send(toggles(account), 1, 1),
        abuse.send(looks(account, incidents), 5, 2),
        abuse.send(previews(account), 1, 1),
    )


def previews(account: Account) -> Iterator[bytes]:
    """Yield previews of an incident with a long message."""
    for number in itertools.count():
        body = {"title": f"What if {number}", "body": LONG}
        yield account.owner("POST", "preview/incidents", body)


async def preview_without_end(abuse: Abuse) -> None:
    """Point 6: previews in several sessions, as fast as they go; and what they show is fetched."""
    cookies = [abuse.account.cookie, *await more_sessions(abuse.account, SESSIONS - 1)]
    share = [preview_and_fetch(abuse, cookie) for cookie in cookies for _ in range(2)]
    await asyncio.gather(*share)


async def more_sessions(account: Account, count: int) -> list[str]:
    """Log in again and again; return the cookies."""
    client, found = Client(account.port), []
    for _ in range(count):
        _, headers, _ = await client.ask(account.login())
        if b"set-cookie" in headers:
            found.append(headers[b"set-cookie"])
    client.close()
    return [account.cookie] * (count - len(found))


async def preview_and_fetch(abuse: Abuse, cookie: str, rate: float = 5) -> None:
    """One browser: ask for a preview, open it, and ask for the next one."""
    client, loop = Client(abuse.account.port), asyncio.get_running_loop()
    for request in previews(abuse.account):
        if loop.time() >= abuse.until:
            break
        asked_at = loop.time()
        status, _, raw = await client.ask(request)
        abuse.statuses[status] += 1
        if status == 200:
            path = json.loads(raw)["data"]["page"]
            status, _, _ = await client.ask(abuse.account.owner("GET", path, Cookie=cookie))
            abuse.statuses[status] += 1
        await asyncio.sleep(max(asked_at + 1 / rate - loop.time(), 0))
    client.close()


async def fill_log(abuse: Abuse) -> None:
    """Point 8: the log's table takes what it is given, refused or not."""
    incidents = await open_incidents(abuse.account, 2)
    await abuse.send(large_writes(abuse.account, incidents), 150)


def large_writes(account: Account, incidents: list[str]) -> Iterator[bytes]:
    """Yield writes that are as large as they may be: ignored, refused, remembered."""
    name = "x" * (BIG_BODY // 500 - 50)
    references = [{"component": f"{name}{n}", "status": "outage"} for n in range(500)]
    one = [{"component": "y" * BIG_BODY, "status": "outage"}]
    for number in itertools.count():
        once = {"Idempotency_Key": f"{number}-{random.getrandbits(64)}-" + "k" * 200}
        yield account.monitor("incidents", {"title": "T", "components": references}, **ASYNC)
        yield account.monitor("incidents", {"title": "T", "components": one}, **ASYNC)
        refused = {"state": "investigating", "body": LONG, "components": references[:300]}
        yield account.monitor("incidents/i_none/updates", refused, **once)
        path = f"incidents/{random.choice(incidents or ['i_none'])}/updates"
        yield account.monitor(path, {"state": "investigating", "body": LONG}, **ASYNC, **once)
        yield account.monitor(f"incidents/{'z' * 20_000}/updates", {"state": "resolved"}, **once)


async def hash_passwords(abuse: Abuse) -> None:
    """Point 11: strangers of many addresses log in and sign up; an account confirms, wrongly."""
    await asyncio.gather(
        abuse.send(logins(), 40, 16),
        abuse.send(sign_ups(abuse.account), 10, 8),
        abuse.send(confirmations(abuse.account), 20, 8),
    )


def stranger() -> str:
    """Return an address that nobody used before."""
    return f"2001:db8:{random.getrandbits(16):x}:{random.getrandbits(16):x}::1"


def door(path: str, email: str) -> bytes:
    raw = json.dumps({"email": email, "password": "a guess that is long"}).encode()
    return encode_request("POST", f"/api/v1/auth/{path}", raw, X_Forwarded_For=stranger())


def logins() -> Iterator[bytes]:
    for number in itertools.count():
        yield door("login", f"nobody-{number}@example.com")


def sign_ups(account: Account) -> Iterator[bytes]:
    """Yield sign-ups, every other one for an e-mail that has an account."""
    while True:
        yield door("signup", f"n{random.getrandbits(64):x}@example.com")
        yield door("signup", account.email)


def confirmations(account: Account) -> Iterator[bytes]:
    body = {"currentPassword": "not this one", "password": "another good one"}
    while True:
        yield account.owner("PATCH", "/api/v1/auth/me", body)


async def mount_silent_domains(abuse: Abuse) -> None:
    """Point 12: domains whose name servers never answer; others in their place; asked anew."""
    await asyncio.gather(*(mount_on(abuse, number) for number in range(DOMAINS)))


async def mount_on(abuse: Abuse, number: int) -> None:
    client, loop, turn = Client(abuse.account.port), asyncio.get_running_loop(), 0
    while loop.time() < abuse.until:
        turn += 1
        host = f"d{turn}-{number}-{random.getrandbits(32):x}.example.net"
        mount = await data_of(client, abuse.account.owner("POST", "mount", {"host": host}))
        if mount is None:
            abuse.statuses[429] += 1
            await asyncio.sleep(0.5)
            continue
        abuse.statuses[201] += 1
        path = f"mounts/{mount['id']}"
        for _ in range(10):
            status, _, _ = await client.ask(abuse.account.owner("POST", f"{path}/verify"))
            abuse.statuses[status] += 1
            await asyncio.sleep(0.3)
        status, _, _ = await client.ask(abuse.account.owner("DELETE", path))
        abuse.statuses[status] += 1
    client.close()
