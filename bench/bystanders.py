"""Who suffers from abuse: a tenant who writes and a visitor who looks, both by the clock.

Each word is sent when it is due, whether the one before was answered or not, and is timed from that
instant on: a server that stands still makes all that was due meanwhile late.
"""

import asyncio
import itertools
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.accounts import Account
from bench.client import Client, encode_request

ANSWERS_WITHIN_S = 10.0
PATHS = ("/status.json", "/", "/badge.svg", "/status-version.json", "/", "/history", "/badge.png")
INCIDENT_EVERY, RESOLVED_AFTER = 20, 10  # writes
STATUSES = ("degraded", "operational")
GOOD = {200, 201}


@dataclass(slots=True)
class Timed:
    """How long answers took in seconds, and their statuses."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def quantile_s(self, q: float) -> float:
        return sorted(self.seconds)[int(q * (len(self.seconds) - 1))] if self.seconds else 0.0

    @property
    def late(self) -> int:
        """How many writes were accepted, but not seen within the two seconds of an answer."""
        return self.statuses[202]

    @property
    def failed(self) -> Counter[int]:
        """What was neither answered well nor merely late."""
        return Counter({s: n for s, n in self.statuses.items() if s not in {*GOOD, 202}})


@dataclass(frozen=True, slots=True)
class Bystanders:
    """Whose page is written to and looked at, how often a second, and for how long."""

    account: Account
    writes: float
    visits: float
    lasts_s: float

    def run(self) -> tuple[Timed, Timed]:
        """Write and look; return how both were answered."""
        return asyncio.run(self._run())

    async def _run(self) -> tuple[Timed, Timed]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.lasts_s
        writer = Writer(self.account)
        return await asyncio.gather(
            keep_time(self.account.port, writer.words(), self.writes, until, writer.note),
            keep_time(self.account.port, self._looks(), self.visits, until),
        )

    def _looks(self) -> Iterator[bytes]:
        return itertools.cycle(
            encode_request("GET", path, host=self.account.host, Accept_Encoding="br, gzip")
            for path in PATHS
        )


class Writer:
    """A monitor: toggles, now and then an incident, which is resolved a little later."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._open: deque[str] = deque()

    def words(self) -> Iterator[bytes]:
        """Yield what to send, without end."""
        for number in itertools.count(1):
            place = number % INCIDENT_EVERY
            if place == 0:
                yield self._open_incident(number)
            elif place == RESOLVED_AFTER and self._open:
                yield self._account.monitor(
                    f"incidents/{self._open.popleft()}/updates",
                    {"state": "resolved", "body": "All is well again."},
                )
            else:
                leaf = self._account.leaves[number % len(self._account.leaves)]
                status = STATUSES[number // len(self._account.leaves) % 2]
                yield self._account.monitor(f"components/{leaf}/status", {"status": status})

    def note(self, status: int, raw: bytes) -> None:
        """Remember an incident that was opened."""
        data = json.loads(raw).get("data", {}) if status == 201 else {}
        if data.get("id", "").startswith("i_"):
            self._open.append(data["id"])

    def _open_incident(self, number: int) -> bytes:
        named = [{"component": self._account.leaves[0], "status": "degraded"}]
        body = {"title": f"Slow answers, {number}", "body": "We look.", "components": named}
        return self._account.monitor("incidents", body)


async def keep_time(
    port: int,
    requests: Iterator[bytes],
    rate: float,
    until: float,
    note: Callable[[int, bytes], None] = lambda _status, _raw: None,
) -> Timed:
    """Send each request when it is due, and time its answer from then on."""
    timed, idle, loop = Timed(), deque[Client](), asyncio.get_running_loop()

    async def send(request: bytes, due: float) -> None:
        client = idle.pop() if idle else Client(port, ANSWERS_WITHIN_S)
        status, _, raw = await client.ask(request)
        timed.seconds.append(loop.time() - due)
        timed.statuses[status] += 1
        note(status, raw)
        idle.append(client)

    async with asyncio.TaskGroup() as group:
        due = loop.time()
        while due < until:
            await asyncio.sleep(max(due - loop.time(), 0))
            group.create_task(send(next(requests), due))
            due += 1 / rate
    for client in idle:
        client.close()
    return timed
