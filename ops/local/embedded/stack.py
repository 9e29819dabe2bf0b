"""The two embedded servers, and the file by which `hepstatus` finds them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops.local.child import Child, LogFolder
from ops.local.embedded.postgres_server import PostgresServer
from ops.local.embedded.server import RedisServer
from ops.local.preflight import write_private

_NOTE = "stack.json"
_SITE_VARIABLES = ("BASE_DOMAIN", "BASE_URL")


@dataclass(frozen=True, slots=True)
class StackUrls:
    """The URLs of Postgres and Redis, passwords included."""

    database_url: str
    redis_url: str


def read_stack(data_dir: Path) -> StackUrls | None:
    """Return the servers' last URLs of this data folder, or None.

    Only a connection shows whether they run.
    """
    match _read(data_dir):
        case {"database_url": str(database_url), "redis_url": str(redis_url)}:
            return StackUrls(database_url, redis_url)
    return None


class EmbeddedStack:
    """Postgres and Redis under one data folder.

    A server with a URL of its own is used as it is, and not started.
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
        self._external_urls = (database_url, redis_url)
        log = log or LogFolder(data_dir / "log")
        self.postgres = PostgresServer(data_dir, log, on_start, durable=durable, template=template)
        self.redis = RedisServer(data_dir, log, on_start)

    def start(self) -> StackUrls:
        """Start the servers without a URL; return all URLs. Raises `CannotRunError`.

        It prefers the ports of the previous run.
        """
        database_url, redis_url = self._external_urls
        if database_url is None:
            self.postgres.start(_read_port(self.data_dir, "postgres_port"))
            database_url = self.postgres.url
        if redis_url is None:
            self.redis.start(_read_port(self.data_dir, "redis_port"))
            redis_url = self.redis.url
        urls = StackUrls(database_url, redis_url)
        self._write_note(urls)
        return urls

    def stop(self) -> None:
        """Stop Redis, then Postgres, which holds the data."""
        self.redis.stop()
        self.postgres.stop()

    def _write_note(self, urls: StackUrls) -> None:
        note = _read(self.data_dir) | {
            "database_url": urls.database_url,
            "redis_url": urls.redis_url,
        }
        # The `hepstatus` command must use the same addresses as the running programs.
        note |= {name.lower(): os.environ[name] for name in _SITE_VARIABLES if name in os.environ}
        note["outbox"] = _has_outbox()
        if self._external_urls[0] is None:
            note["postgres_port"] = self.postgres.port
        if self._external_urls[1] is None:
            note["redis_port"] = self.redis.port
        write_private(self.data_dir / _NOTE, json.dumps(note, indent=1))


def _has_outbox() -> bool:
    from domain.runtime.settings import read_overrides  # after the check of the Python version

    return bool(read_overrides(os.environ).get("outbox"))


def _read_port(data_dir: Path, name: str) -> int | None:
    port = _read(data_dir).get(name)
    return port if isinstance(port, int) else None


def _read(data_dir: Path) -> dict[str, object]:
    try:
        note: object = json.loads((data_dir / _NOTE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
