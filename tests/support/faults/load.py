"""Writers that number what they say, and visitors who look without pause, on any number of pages.

Everybody fails over between web processes as a reverse proxy would. A writer repeats a number until
somebody acknowledges it, and only then goes on to the next: what comes later in a page's timeline
was said later. It keeps the idempotency key, unless it was told that nothing was accepted: where
that is not true the number will be there twice.
"""

import asyncio
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from bench.client import Connection
from tests.support.faults.story import DEFINITE, Story
from tests.support.stack import System

OPENS, RESOLVES = 1, 2  # which words of a chapter open an incident, and resolve the last one
CHAPTER = 40  # words of one incident, before the next one is opened and it is resolved
HEALS_WITHIN_S = 60.0  # every word must be shown by then, once nothing is broken any more
ANSWERS_WITHIN_S = (
    20.0  # a write waits for its publication; a frozen server may take long to say so
)
VISIT_WITHIN_S = 5.0
FRESH_S = 1.0
FLOWS_WITHIN_S = 30.0  # by then visitors have seen everything once
PAUSE_S = 0.05  # between two attempts
NUMBER = re.compile(r"n=(\d+)")
COPY = b"x-hepstatus-copy"
HOT = "/status.json"
# What visitors look at: what tells how old it is most often, what is drawn on ask now and then.
SIGHTS = {HOT: 70, "/": 15, "/badge.svg": 10, "/status-version.json": 4, "/history": 1}
DRAWN = {"/history"}
DENIALS = {"UNAVAILABLE", "RATE_LIMITED"}  # nothing was accepted
LOST = {"ok": False, "code": "UNKNOWN"}


@dataclass(slots=True)
class Record:
    """What happened to writers and visitors; instants are monotonic seconds."""

    answers: Counter[str] = field(default_factory=Counter)
    visits: int = 0
    labelled: int = 0
    errors: list[tuple[float, str]] = field(default_factory=list)
    stale: list[tuple[float, float]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    @property
    def longest_stale_s(self) -> float:
        """The age of the oldest acknowledged word that a visitor was not shown."""
        return max((age for _, age in self.stale), default=0.0)

    def healed_s(self, struck_at: float, mended_at: float) -> float:
        """How long after `mended_at` a page was staler than before the fault (or than a second
        ago), or a write was refused."""
        usual = max((age for at, age in self.stale if at < struck_at), default=0.0)
        late = [at for at, age in self.stale if age > max(usual, FRESH_S)] + self.refused
        return max((at - mended_at for at in late if at > mended_at), default=0.0)


class Peer:
    """Somebody who speaks to whichever web process answers, and rests before the next word."""

    def __init__(self, ports: list[int], rest_s: float) -> None:
        self._ports = ports
        self.rest_s = rest_s
        self._turn = random.randrange(len(ports))
        self._connections: dict[int, Connection] = {}

    async def ask(self, send, within_s: float) -> tuple[int, Mapping[bytes, bytes], bytes]:
        """Send over a kept connection; raises OSError or asyncio.IncompleteReadError."""
        port = self._ports[self._turn % len(self._ports)]
        async with asyncio.timeout(within_s):
            if port in self._connections:
                # One that was kept may have ended long ago, with a process that lives again.
                with suppress(OSError, EOFError, ValueError):
                    return await self._send(port, send)
            self._connections[port] = await Connection.open(port)
            return await self._send(port, send)

    async def _send(self, port: int, send) -> tuple[int, Mapping[bytes, bytes], bytes]:
        try:
            return await send(self._connections[port])
        except BaseException:
            self._connections.pop(port).close()
            raise

    def turn_away(self) -> None:
        """Try another process next time."""
        self._turn += 1

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


class Writer(Peer):
    """Says one number after the other of a page."""

    def __init__(
        self, story: Story, record: Record, ports: list[int], rest_s: float, *, waits: bool
    ) -> None:
        super().__init__(ports, rest_s)
        self.story, self.record = story, record
        self._headers = {"Authorization": f"Bearer {story.secret}"}
        self._headers |= {} if waits else {"Prefer": "respond-async"}
        self._open = self._previous = ""

    async def run(self, stop: threading.Event) -> None:
        last = self.story.acknowledged[-1] if self.story.acknowledged else 0
        number = last + -last % CHAPTER  # a new writer begins a chapter
        with closing(self):
            while not stop.is_set() or number % CHAPTER == RESOLVES:  # which no visitor can see
                number += 1
                await self.say(number)
                await asyncio.sleep(self.rest_s)

    async def say(self, number: int) -> None:
        """Say a number until it is acknowledged."""
        path, body = self.words(number)
        key, may_be_there = 0, False
        while not (answer := await self.attempt(path, body, f"n-{number}-{key}"))["ok"]:
            may_be_there = may_be_there or answer["code"] not in DENIALS
            key += not may_be_there
            self.record.refused.append(time.monotonic())
            await asyncio.sleep(PAUSE_S)
            self.turn_away()
        self.story.acknowledge(number, is_seen=self._previous not in path or not self._previous)
        if number % CHAPTER == OPENS:
            self._previous, self._open = self._open, answer["data"]["id"]

    def words(self, number: int) -> tuple[str, dict[str, object]]:
        """The call that says a number: it opens an incident, adds to it, or resolves the last."""
        base, words = "/api/v1/status-api/incidents", f"n={number}"
        if number % CHAPTER == OPENS:
            return base, {"title": words, "body": words}
        if number % CHAPTER == RESOLVES and self._previous:
            return f"{base}/{self._previous}/updates", {"state": "resolved", "body": words}
        return f"{base}/{self._open}/updates", {"state": "identified", "body": words}

    async def attempt(self, path: str, body: object, key: str) -> dict:
        """What is answered; raises AssertionError for any refusal that is not 503 or 429."""
        headers = {**self._headers, "Idempotency-Key": key}
        try:
            code, _, raw = await self.ask(lambda c: c.post(path, body, **headers), ANSWERS_WITHIN_S)
        except (OSError, EOFError, ValueError) as error:
            self.record.answers[type(error).__name__] += 1
            return LOST
        self.record.answers[str(code)] += 1
        assert code in DEFINITE or code in {429, 503}, (code, raw)
        return json.loads(raw)


class Visitor(Peer):
    """Looks at one page after the other, by any process, and notes what is missing.

    A process that lives and does not answer with 200 is an error. Of what is drawn on ask only if
    it had served it since it began.
    """

    def __init__(
        self, stories: list[Story], record: Record, ports: list[int], rest_s: float
    ) -> None:
        super().__init__(ports, rest_s)
        self.stories, self.record = stories, record
        self._drawn: set[tuple[int, str]] = set()

    async def look_around(self) -> None:
        """See everything once by every process: from then on it is being served."""
        for story in self.stories:
            for path in SIGHTS:
                for _ in self._ports:
                    await self.visit(story, path)
                    self.turn_away()

    async def run(self, stop: threading.Event) -> None:
        with closing(self):
            while not stop.is_set():
                self._turn = random.randrange(len(self._ports))
                path = random.choices(list(SIGHTS), list(SIGHTS.values()))[0]
                await self.visit(random.choice(self.stories), path)
                await asyncio.sleep(self.rest_s)

    async def visit(self, story: Story, path: str) -> None:
        """One visit, at another process if the first one is not there."""
        wrong = ""
        for _ in self._ports:
            began, port = time.monotonic(), self._ports[self._turn % len(self._ports)]
            try:
                code, headers, raw = await self.ask(
                    lambda c: c.get(story.page.host, path), VISIT_WITHIN_S
                )
            except (OSError, EOFError, ValueError) as error:
                wrong = f"{path}: {type(error).__name__}"
                self._drawn = {seen for seen in self._drawn if seen[0] != port}
                self.turn_away()
                continue
            if code == 200:
                self.note(story, began, headers, raw if path == HOT else b"")
                self._drawn |= {(port, story.page.host)} if path in DRAWN else set()
                return
            if path in DRAWN and (port, story.page.host) not in self._drawn:
                return
            wrong = f"{path}: {code}"
            break
        self.record.errors.append((time.monotonic(), wrong))
        await asyncio.sleep(PAUSE_S)

    def note(self, story: Story, began: float, headers: Mapping[bytes, bytes], raw: bytes) -> None:
        """Compare what is shown with what had been acknowledged before."""
        self.record.visits += 1
        self.record.labelled += COPY in headers
        if not raw:
            return
        shown = max(map(int, NUMBER.findall(raw.decode())), default=0)
        story.shown = max(story.shown, shown)
        if (since := story.missing_since(shown, began)) is not None:
            self.record.stale.append((began, began - since))


def waits(number: int) -> bool:
    """Whether the writer of a page waits for publication: three of four do."""
    return number % 4 != 0


class Load:
    """Writers and visitors in a thread of their own; each rests `rest_s` after a word."""

    def __init__(
        self, system: System, stories: list[Story], visitors: int = 2, rest_s: float = 0.0
    ) -> None:
        self.stories = stories
        self.record = Record()
        self.ports = [web.port for web in system.webs]
        self._visitors, self._rest_s = visitors, rest_s
        self._quiet, self._closed = threading.Event(), threading.Event()
        self.is_flowing = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="load")

    @property
    def acknowledged(self) -> int:
        """How many numbers were acknowledged so far."""
        return sum(len(story.acknowledged) for story in self.stories)

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Write and look for as long as the block lasts; raises what a writer met."""
        self._thread.start()
        self.is_flowing.wait(FLOWS_WITHIN_S)
        try:
            yield
        finally:
            self._quiet.set()
            self._thread.join()
        if self._failure:
            raise self._failure

    def _work(self) -> None:
        try:
            asyncio.run(self._everybody())
        except BaseException as failure:  # noqa: BLE001 - told to whoever waits
            self._failure = failure

    async def _everybody(self) -> None:
        visitors = [
            Visitor(self.stories, self.record, self.ports, self._rest_s)
            for _ in range(self._visitors)
        ]
        for visitor in visitors:
            await visitor.look_around()
        self.is_flowing.set()
        async with asyncio.TaskGroup() as group:
            writers = [
                group.create_task(
                    Writer(s, self.record, self.ports, self._rest_s, waits=waits(i)).run(
                        self._quiet
                    )
                )
                for i, s in enumerate(self.stories)
            ]
            for visitor in visitors:
                group.create_task(visitor.run(self._closed))
            await asyncio.wait(writers)
            await self._until_told()
            self._closed.set()

    async def _until_told(self) -> None:
        """Look on until every page shows its last word; raises TimeoutError."""
        async with asyncio.timeout(HEALS_WITHIN_S):
            while not all(story.is_told for story in self.stories):  # noqa: ASYNC110 - many at once
                await asyncio.sleep(PAUSE_S)
