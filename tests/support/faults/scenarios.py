"""What can go wrong with a running system: each scenario breaks it for a moment and mends it.

Mending is what a supervisor or an operator does from outside (start again what ended, give back
memory, room or connections); everything else has to heal by itself.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import redis

from ops.local.child import Child
from ops.local.embedded.server import Server
from tests.support.faults.clock import Clock
from tests.support.faults.load import waits
from tests.support.faults.story import Story
from tests.support.stack import System, wait_until

STRUCK_S = 3.0  # how long memory, connections, room or the right time are away
HOUR_S = 3_600
PLANNED_AT_ONCE = 4  # pages whose maintenance the clock has to begin and to end
PLANNED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault by its name in the table; `is_dark` if no web process lives meanwhile."""

    name: str
    strike: Callable[["Fault"], None]
    is_dark: bool = False
    # How long writers and visitors rest after a word, where a scenario waits for what they delay.
    rest_s: float = 0.0
    needs: str = ""  # "two redis", "small disk", "own clock": a system that is made for it


@dataclass(frozen=True, slots=True)
class Fault:
    """What a scenario may break, and for how long it may freeze a server."""

    system: System
    stories: list[Story]
    freeze_s: float = 10.0
    clock: Clock | None = None

    @property
    def page_ids(self) -> list[str]:
        return [story.page.id for story in self.stories]

    @property
    def postgres(self) -> Server:
        return self.system.stack.postgres

    @property
    def redis(self) -> Server:
        return self.system.stack.redis

    def named(self, word: str) -> list[Child]:
        return [child for child in self.system.children if child.name.startswith(word)]

    def client(self) -> "redis.Redis[bytes]":
        return redis.Redis.from_url(self.system.urls.redis_url, socket_timeout=5)


def kill_pool_process(fault: Fault) -> None:
    os.kill(random.choice(fault.named("worker")[0].descendants()), signal.SIGKILL)


def kill_worker(fault: Fault) -> None:
    worker = fault.named("worker")[0]
    worker.kill()
    fault.system.restart(worker)


def kill_beat(fault: Fault) -> None:
    beat = fault.named("beat")[0]
    beat.kill()
    fault.system.restart(beat)


def kill_one_web(fault: Fault) -> None:
    web = random.choice(fault.system.webs)
    web.child.kill()
    web.restart()


def kill_all_programs(fault: Fault) -> None:
    for child in fault.system.children:
        child.kill()
    for child in fault.named("worker") + fault.named("beat"):
        fault.system.restart(child)
    for web in fault.system.webs:
        web.restart()


def restart_one_by_one(fault: Fault) -> None:
    for web in fault.system.webs:
        web.child.stop()
        web.restart()
    for child in fault.named("worker") + fault.named("beat"):
        child.stop()
        fault.system.restart(child)
    for server in (fault.redis, fault.postgres):
        server.stop()
        server.restart()


def kill_redis_without_data(fault: Fault) -> None:
    fault.redis.child.kill()
    fault.redis.restart()


def kill_redis_with_old_data(fault: Fault) -> None:
    fault.client().save()
    time.sleep(1)  # what is written meanwhile is lost
    fault.redis.child.kill()
    fault.redis.restart()
    (fault.system.folder / "redis" / "dump.rdb").unlink()


def freeze_redis(fault: Fault) -> None:
    fault.redis.child.freeze()
    time.sleep(fault.freeze_s)
    fault.redis.child.thaw()


def exhaust_redis(policy: str) -> Callable[[Fault], None]:
    def strike(fault: Fault) -> None:
        client = fault.client()
        used = client.info("memory")["used_memory"]
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory", max(used * 3 // 4, 1))
        time.sleep(STRUCK_S)
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")

    return strike


def evict_hashes(fault: Fault) -> None:
    client = fault.client()
    for page_id in random.sample(fault.page_ids, max(len(fault.page_ids) // 2, 1)):
        client.delete(f"hep:page:{page_id}")


def end_postgres(number: signal.Signals) -> Callable[[Fault], None]:
    def strike(fault: Fault) -> None:
        os.kill(fault.postgres.child.pid, number)
        wait_until(lambda: not fault.postgres.child.is_running, "postgres ends")
        fault.postgres.restart()

    return strike


def freeze_postgres(fault: Fault) -> None:
    fault.postgres.child.freeze()
    time.sleep(fault.freeze_s)
    fault.postgres.child.thaw()


def take_all_connections(fault: Fault) -> None:
    """Take what is free and what becomes free; the programs lose theirs too."""
    with ExitStack() as held:
        until = time.monotonic() + STRUCK_S
        ours = set()
        while time.monotonic() < until:
            try:
                conn = held.enter_context(psycopg.connect(fault.system.urls.database_url))
            except psycopg.OperationalError:
                time.sleep(0.05)
                continue
            ours.add(conn.info.backend_pid)
            if len(ours) == 1:
                end_other_backends(conn)


def end_other_backends(conn: Any) -> None:
    conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def step_clock(shift_s: int) -> Callable[[Fault], None]:
    """Set the clock of everything, and later set it right.

    Maintenances are planned for just after that moment, as the clock then shows it: going on, it
    makes them due at once; going back, it makes them due once it is right again.
    """

    def strike(fault: Fault) -> None:
        assert fault.clock is not None, "the system goes by the machine's clock"
        planned = plan_windows(fault, max(shift_s, 0) // 2)
        fault.clock.set(shift_s)
        time.sleep(STRUCK_S)
        if shift_s > 0:
            wait_until(lambda: all(map(is_over, planned)), "all are over", PLANNED_WITHIN_S)
        fault.clock.set(0)
        wait_until(lambda: all(map(is_over, planned)), "all are over", PLANNED_WITHIN_S)

    return strike


def plan_windows(fault: Fault, in_s: int) -> list[Story]:
    """Plan a maintenance of a second on some pages, `in_s` seconds and a bit from now."""
    # Not where a writer does not wait: what is due there waits behind all that he has said.
    stories = [story for i, story in enumerate(fault.stories) if waits(i)]
    planned = random.sample(stories, min(PLANNED_AT_ONCE, len(stories)))
    start = fault.clock.now() + timedelta(seconds=in_s + 2)
    for story in planned:
        story.plan(start, start + timedelta(seconds=1))
    return planned


def is_over(story: Story) -> bool:
    """Whether the newest maintenance of a page has ended."""
    window = story.window(story.windows[-1])
    return bool(window and window["resolvedAt"])


def lose(name: str) -> Callable[[Fault], None]:
    """Kill one of two Redis instances, and start it again, empty."""

    def strike(fault: Fault) -> None:
        server = fault.redis if name == "cache" else fault.system.broker
        assert server is not None, "the broker is not apart"
        server.child.kill()
        time.sleep(1)
        server.restart()

    return strike


def fill_disk(fault: Fault) -> None:
    ballast = fault.system.disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 65536):
                pass
        except OSError:
            time.sleep(STRUCK_S)
    ballast.unlink()
    if not fault.postgres.child.is_running:  # it gives up when its log can't be written
        fault.postgres.restart()


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("a process of the pool is killed", kill_pool_process),
    Scenario("the worker is killed", kill_worker),
    Scenario("beat is killed", kill_beat),
    Scenario("one web process is killed", kill_one_web),
    Scenario("every program is killed", kill_all_programs, is_dark=True),
    Scenario("every program is restarted, one by one", restart_one_by_one),
    Scenario("Redis is killed and comes back empty", kill_redis_without_data),
    Scenario("Redis is killed and comes back with old data", kill_redis_with_old_data),
    Scenario("Redis is frozen", freeze_redis),
    Scenario("Redis is out of memory, noeviction", exhaust_redis("noeviction")),
    Scenario("Redis is out of memory, volatile-lru", exhaust_redis("volatile-lru")),
    Scenario("half of the hashes are evicted", evict_hashes),
    Scenario("Postgres is stopped fast", end_postgres(signal.SIGINT)),
    Scenario("Postgres is stopped immediately", end_postgres(signal.SIGQUIT)),
    Scenario("Postgres is frozen", freeze_postgres),
    Scenario("Postgres is out of connections", take_all_connections),
    Scenario("Postgres' disk is full", fill_disk, needs="small disk"),
    Scenario("the broker of two Redis is lost", lose("broker"), needs="two redis"),
    Scenario("the cache of two Redis is lost", lose("cache"), needs="two redis"),
    Scenario("the clock goes back by an hour", step_clock(-HOUR_S), rest_s=0.02, needs="own clock"),
    Scenario("the clock goes on by an hour", step_clock(HOUR_S), rest_s=0.02, needs="own clock"),
)
