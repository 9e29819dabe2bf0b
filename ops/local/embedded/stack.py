"""The two embedded servers together, and the note by which the `hepstatus` command finds them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops.local.child import Child
from ops.local.child_output import LogFolder
from ops.local.data_folder import write_private
from ops.local.embedded.postgres_server import PostgresServer
from ops.local.embedded.redis_server import RedisServer

_NOTE = "stack.json"
_NAMED = ("BASE_DOMAIN", "BASE_URL")


@dataclass(frozen=True, slots=True)
class StackUrls:
    """Where Postgres and Redis are, passwords included."""

    database_url: str
    redis_url: str


def read_stack(data_dir: Path) -> StackUrls | None:
    """Where the servers of this data folder were last started; whether they run, only a connection
    tells.
    """
    match _read(data_dir):
        case {"database_url": str(database_url), "redis_url": str(redis_url)}:
            return StackUrls(database_url, redis_url)
    return None


class EmbeddedStack:
    """Postgres and Redis under one data folder. One that is given by its URL is used as it is, and
    not started.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        log: LogFolder | None = None,
        on_start: Callable[[Child], None] = lambda _child: None,
        durable: bool = True,
        template: Path | None = None,
    ) -> None:
        self.data_dir = data_dir
        self._given = (database_url, redis_url)
        log = log or LogFolder(data_dir / "log")
        self.postgres = PostgresServer(data_dir, log, on_start, durable=durable, template=template)
        self.redis = RedisServer(data_dir, log, on_start)

    def start(self) -> StackUrls:
        """Start what was not given, on the ports of last time if they are free; raises
        `CannotRunError`.
        """
        database_url, redis_url = self._given
        if database_url is None:
            self.postgres.start(_remembered(self.data_dir, "postgres_port"))
            database_url = self.postgres.url
        if redis_url is None:
            self.redis.start(_remembered(self.data_dir, "redis_port"))
            redis_url = self.redis.url
        urls = StackUrls(database_url, redis_url)
        self._note(urls)
        return urls

    def stop(self) -> None:
        """Redis first: Postgres is the last to go, for it holds the truth."""
        self.redis.stop()
        self.postgres.stop()

    def _note(self, urls: StackUrls) -> None:
        note = _read(self.data_dir) | {
            "database_url": urls.database_url,
            "redis_url": urls.redis_url,
        }
        # The `hepstatus` command must name pages as the running programs do.
        named = {name.lower(): os.environ[name] for name in _NAMED if name in os.environ}
        note |= named
        if self._given[0] is None:
            note["postgres_port"] = self.postgres.port
        if self._given[1] is None:
            note["redis_port"] = self.redis.port
        write_private(self.data_dir / _NOTE, json.dumps(note, indent=1))


def _remembered(data_dir: Path, name: str) -> int | None:
    port = _read(data_dir).get(name)
    return port if isinstance(port, int) else None


def _read(data_dir: Path) -> dict[str, object]:
    try:
        note: object = json.loads((data_dir / _NOTE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
