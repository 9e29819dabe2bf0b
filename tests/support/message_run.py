"""Incidents that are told to many webhooks while everything is killed, and the verdict."""

import itertools
import json
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import httpx

from tests.support.actors import Actors, Page
from tests.support.faults.breaking import Behind
from tests.support.receiver import Receiver
from tests.support.stack import System, wait_until

LIMIT_S = 120.0
SECRET = "whsec_" + "YWJj" * 11
STATES = ("investigating", "identified", "monitoring", "resolved")


@dataclass
class Verdict:
    """What the webhooks got: duplicates by the id of their message, and whatever is wrong."""

    messages: int = 0
    duplicates: int = 0
    faults: list[str] = field(default_factory=list)


class MessageRun:
    """A page with subscribers, and its incidents."""

    def __init__(self, system: System, actors: Actors, hook: Receiver, subscribers: int) -> None:
        self.system, self.hook = system, hook
        self.page: Page = actors.page("api")
        self.behind = Behind(system)
        self.key = self.page.key()["key"]
        self.ids = [f"b_{self.page.id}_{n}" for n in range(subscribers)]
        self.incidents: list[str] = []
        self.behind.sql(
            "INSERT INTO subscribers (id, page_id, channel, address, created_at, confirmed_at,"
            " secret) SELECT id, :page, 'webhook', :url || id, now(), now() - interval '1 hour',"
            " :secret FROM unnest(CAST(:ids AS text[])) AS new (id)",
            page=self.page.id, url=hook.url("/"), secret=SECRET, ids=self.ids,
        )  # fmt: skip

    # Writes.

    def tell(self, incidents: int) -> None:
        """Open incidents, update and resolve them, in turns; some writes are refused."""
        opened = [self.post("", {"title": f"Trouble {n}"}) for n in range(incidents)]
        self.incidents += opened
        for state in STATES[1:]:
            for incident in opened:
                self.post(f"/{incident}/updates", {"state": state, "body": f"Now {state}."})
                self.post("/i_unknown/updates", {"state": state, "body": "REFUSED"}, refused=True)

    def post(self, path: str, body: dict, *, refused: bool = False) -> str:
        """Write until it is acknowledged: repeats have the same key."""
        number = next(_numbers)
        headers = {
            "Authorization": f"Bearer {self.key}", "Idempotency-Key": f"{self.page.id}-{number}",
            "Host": "localhost",
        }  # fmt: skip
        url = f"{self.system.webs[0].url}/api/v1/status-api/incidents{path}"
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(url, json=body, headers=headers, timeout=10)
                if answer.status_code < 300:
                    return answer.json()["data"]["id"]
                if refused and answer.status_code < 500:
                    return ""
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not acknowledged within {LIMIT_S} s: {body}")

    # Faults.

    def kill_while(self, tell: Callable[[], None], seed: int) -> None:
        """Kill something again and again while a thread tells of incidents.

        The programs are children of this thread: they end with the thread that started them.
        """
        chance = random.Random(seed)
        kills = [self.kill_notifier, self.kill_worker, self.kill_redis, self.kill_postgres]
        with ThreadPoolExecutor(1) as pool:
            telling = pool.submit(tell)
            for number in itertools.count():
                if wait([telling], chance.uniform(0.3, 1.0)).done:
                    break
                if number % len(kills) == 0:
                    chance.shuffle(kills)
                kills[number % len(kills)]()
            telling.result()

    def kill_notifier(self) -> None:
        """Kill it; no other one runs, so that the time of its claims may as well be over."""
        notifier = self.system.child("notify1")
        notifier.kill()
        self.behind.sql("UPDATE subscribers SET claimed_until = now() WHERE claimed_until > now()")
        self.system.restart(notifier)

    def kill_worker(self) -> None:
        worker = self.system.child("worker1")
        worker.kill()
        self.system.restart(worker)

    def kill_redis(self) -> None:
        self.system.stack.redis.child.kill()
        self.system.stack.redis.restart()

    def kill_postgres(self) -> None:
        server = self.system.stack.postgres
        os.kill(server.child.pid, signal.SIGKILL)
        wait_until(lambda: not server.child.is_running, "postgres ends")
        server.restart()

    # The verdict.

    def wait_until_sent(self) -> None:
        """Until nothing waits."""
        self.behind.sql("UPDATE subscribers SET due_at = now() WHERE due_at > now()")
        wait_until(self.is_sent, "everything is sent", LIMIT_S)

    def is_sent(self) -> bool:
        [(waiting, events)] = self.behind.sql(
            "SELECT (SELECT count(*) FROM deliveries WHERE status = 'waiting' AND page_id = :id),"
            " (SELECT count(*) FROM notification_events WHERE page_id = :id"
            "   AND kind = 'resolved' AND expanded_at IS NOT NULL)", id=self.page.id,
        )  # fmt: skip
        return waiting == 0 and events == len(self.incidents)

    def judge(self) -> Verdict:
        """Compare what the webhooks got with what was told."""
        verdict, got = Verdict(), defaultdict(list)
        seen: Counter[str] = Counter()
        for path, headers, raw in list(self.hook.requests):
            incident = json.loads(raw)["incident"]
            seen[headers["webhook-id"]] += 1
            got[path.strip("/"), incident["id"]].append(len(incident["incident_updates"]))
            if b"REFUSED" in raw:
                verdict.faults.append("a refused write was told")
        verdict.messages = sum(seen.values())
        verdict.duplicates = sum(count - 1 for count in seen.values())
        for subscriber, incident in itertools.product(self.ids, self.incidents):
            sizes = got[subscriber, incident]
            if sizes != sorted(sizes):
                verdict.faults.append(f"{subscriber} {incident} out of order: {sizes}")
            if not sizes or sizes[-1] < len(STATES) - 1:
                verdict.faults.append(f"{subscriber} {incident} has not got its end: {sizes}")
        return verdict


_numbers = itertools.count()
