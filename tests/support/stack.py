"""The product as real processes for the tests: Postgres, Redis, web instances, workers, beat.

Every process can be killed, frozen and restarted alone; all are gone at the end. Nothing here is a
pytest fixture (tests/conftest.py has those) and nothing sleeps without asking: waiting means
polling to a deadline.
"""

import http.client
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from domain.store.health import worker_seen
from domain.store.redis import publisher as artifacts
from ops.local import processes, programs
from ops.local.child import Child, ChildSpec, LogFolder
from ops.local.embedded.postgres_server import PostgresServer
from ops.local.embedded.server import RedisServer
from ops.local.embedded.stack import EmbeddedStack, StackUrls
from tests.support.inside import inside

READY_LIMIT_S = 30.0
START_LIMIT_S = 60.0  # several systems may be starting, each with all its processes at once
_ANSWER_LIMIT_S = 1.0
# Libraries of development that others import where they find them: an eighth of a program's start.
ABSENT = Path(__file__).parent / "absent"


def wait_until(condition: Callable[[], bool], what: str, limit_s: float = READY_LIMIT_S) -> None:
    """Poll until it is so; fails with `what` at the deadline."""
    if not processes.wait_until(condition, limit_s):
        raise AssertionError(f"not within {limit_s:.0f} s: {what}")


@dataclass(frozen=True, slots=True)
class Web:
    """One gunicorn on a port of its own. Connect to 127.0.0.1 and set `Host`: names are not
    resolved here.
    """

    child: Child
    port: int

    @property
    def url(self) -> str:
        return f"http://{processes.LOOPBACK}:{self.port}"

    def is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(
            processes.LOOPBACK, self.port, timeout=_ANSWER_LIMIT_S
        )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def restart(self) -> None:
        """Start it again on its port after a stop or a kill."""
        self.child.reap()
        self.child.start()
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        wait_until(
            lambda: self.is_healthy() or not self.child.is_running,
            "the web tier answers",
            START_LIMIT_S,
        )
        assert self.child.is_running, f"{self.child.name} ended while starting"


class Broker(RedisServer):
    """A Redis beside the one that holds what visitors see."""

    name = "broker"

    def prepare(self) -> None:
        self._folder.parent.mkdir(mode=0o700, exist_ok=True)
        super().prepare()


class System:
    """A stack and the programs on it. `with System(folder) as system:` starts nothing but the
    stack.

    `durable=False` turns fsync off: a killed Postgres still loses nothing, only a crash of the
    machine would. `disk` is a folder for Postgres alone; `has_broker` makes the broker a Redis of
    its own. `checkout` is where the code of its programs is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        template: Path | None = None,
        durable: bool = False,
        env: Mapping[str, str] | None = None,
        disk: Path | None = None,
        has_broker: bool = False,
        checkout: Path = programs.CHECKOUT,
    ) -> None:
        self.folder = folder
        self.checkout = checkout
        self.log = LogFolder(folder / "log")
        self.stack = EmbeddedStack(folder, log=self.log, durable=durable, template=template)
        self.disk = disk
        if disk is not None:
            self.stack.postgres = PostgresServer(
                disk, self.log, lambda _child: None, durable=durable, template=template
            )
        self.broker = (
            Broker(folder / "broker", self.log, lambda _child: None) if has_broker else None
        )
        self.children: list[Child] = []
        self.webs: list[Web] = []
        self._extra_env = dict(env or {})
        self._base_port = processes.choose_port()
        self._urls: StackUrls | None = None

    @property
    def urls(self) -> StackUrls:
        assert self._urls is not None, "the stack was not started"
        return self._urls

    @property
    def env(self) -> dict[str, str]:
        """What every program gets; the base is the port of the first web instance."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.checkout),
            "DATABASE_URL": self.urls.database_url,
            "REDIS_URL": self.urls.redis_url,
            "BROKER_URL": self.broker.url if self.broker else self.urls.redis_url,
            "CACHE_URL": self.urls.redis_url,
            "BASE_DOMAIN": "localhost",
            "BASE_URL": f"http://localhost:{self._base_port}",
            "HEPSTATUS_DATA_DIR": str(self.folder),
            "WEB_CONCURRENCY": "1",
            "WORKER_CONCURRENCY": "2",
            "RATE_LIMITS": "off",  # everybody in a test comes from one address
            "PASSWORD_MEMORY_MIB": "1",  # everybody in a test signs up: that was an eighth of all
            # Several systems run at once; a test that looks at the figures names its own ports.
            "METRICS_PORT": "0",
            "WORKER_METRICS_PORT": "0",
            "NOTIFY_METRICS_PORT": "0",
            "LOG_FORMAT": "json",
            # Nobody listens there: no test asks the real DNS.
            "DNS_SERVERS": processes.LOOPBACK,
            "DNS_PORT": "1",
            **self._extra_env,
        }

    def start_stack(self) -> StackUrls:
        """Postgres and Redis, empty."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._urls = self.stack.start()
        if self.broker is not None:
            self.broker.start()
        return self._urls

    def migrate(self) -> None:
        from domain.store.postgres.migrations import migrate

        migrate(self.urls.database_url)

    def start_all(self, webs: int = 1) -> Self:
        """Tables, a worker that drains, beat, and web instances that answer."""
        self.migrate()
        self.start_worker()
        self.start_beat()
        # They need nothing of each other: while one reads its disk, another computes.
        for _ in range(webs):
            self.launch_web()
        self.wait_until_drained()
        for web in self.webs:
            web.wait()
        self.wait_until_swept()
        return self

    def wait_until_swept(self) -> None:
        """Until the first sweep: before it nobody can tell an unknown host from a new one, and what
        is shown may be old.
        """
        with inside(self):
            cache = artifacts.cache_redis()
            wait_until(lambda: worker_seen(cache), "a sweep got through", START_LIMIT_S)

    def start_web(self, env: Mapping[str, str] | None = None) -> Web:
        """One more gunicorn that answers; the first is the one that BASE_URL names."""
        web = self.launch_web(env)
        web.wait()
        return web

    def launch_web(self, env: Mapping[str, str] | None = None) -> Web:
        """One more gunicorn, which will answer in a while."""
        port = self._base_port if not self.webs else processes.choose_port()
        name = f"web{len(self.webs) + 1}"
        child = self.start(programs.web({**self.env, "PORT": str(port), **(env or {})}, name))
        web = Web(child, port)
        self.webs.append(web)
        return web

    def end_web(self, web: Web) -> None:
        """End a web instance that a test has had to itself: others count on the rest."""
        web.child.kill()
        self.webs.remove(web)

    def start_worker(self, env: Mapping[str, str] | None = None) -> Child:
        """One more Celery worker; `descendants()` of it are its pool."""
        name = f"worker{sum(child.name.startswith('worker') for child in self.children) + 1}"
        return self.start(programs.worker({**self.env, **(env or {})}, name))

    def start_beat(self, env: Mapping[str, str] | None = None) -> Child:
        name = f"beat{sum(child.name.startswith('beat') for child in self.children) + 1}"
        return self.start(programs.beat({**self.env, **(env or {})}, name))

    def start_notify(self, env: Mapping[str, str] | None = None) -> Child:
        name = f"notify{sum(child.name.startswith('notify') for child in self.children) + 1}"
        return self.start(programs.notify({**self.env, **(env or {})}, name))

    def child(self, name: str) -> Child:
        """The program of that name: `web1`, `worker1`, `beat1`."""
        return next(child for child in self.children if child.name == name)

    def wait_until_drained(self, limit_s: float = START_LIMIT_S) -> None:
        """Until a worker drains."""
        with inside(self):
            assert programs.wait_until_drained(limit_s), f"no worker drains\n{self.logs()}"

    def run(
        self, *command: str, limit_s: float = READY_LIMIT_S, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in the system's environment, e.g. the `hepstatus` command."""
        return subprocess.run(
            command,
            env={**self.env, **(env or {})},
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit_s,
        )

    def restart(self, child: Child) -> None:
        """Start a worker or beat again after a stop or a kill."""
        child.reap()
        child.start()

    def logs(self) -> str:
        """The last lines of everybody, for a failure's message."""
        names = [path.stem for path in sorted(self.log.folder.glob("*.log"))]
        return "\n".join(f"--- {name}\n" + "\n".join(self.log.last_lines(name)) for name in names)

    @contextmanager
    def logs_of_failures(self) -> Iterator[None]:
        """Print the last lines of everybody if the block fails."""
        try:
            yield
        except BaseException:
            print(self.logs())
            raise

    def stop(self) -> None:
        """End everything: programs at once, for nothing of theirs is kept; the servers in order."""
        with ExitStack() as endings:
            endings.callback(self.stack.stop)
            if self.broker is not None:
                endings.callback(self.broker.stop)
            for child in self.children:
                endings.callback(child.kill)
        self.children.clear()
        self.webs.clear()

    def __enter__(self) -> Self:
        try:
            self.start_stack()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self, spec: ChildSpec) -> Child:
        """Start a program that ends with the system."""
        env = {**spec.env, "PYTHONPATH": f"{ABSENT}{os.pathsep}{self.checkout}"}
        spec = replace(spec, folder=self.checkout, env=env)
        child = Child(spec, self.log.open, lambda _child: None)
        child.start()
        self.children.append(child)
        return child
