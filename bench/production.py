"""A system as production runs it: limits on, the memory of Redis bounded, the usual processes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import redis

from ops.local import processes
from ops.local.programs import CHECKOUT
from tests.support.stack import System

REDIS_LIMITS = {"maxmemory": "512mb", "maxmemory-policy": "noeviction"}  # docker-compose.yml
WEBS = 2  # docker-compose.yml


def pool_size() -> str:
    """Return how many processes the worker of the Procfile has."""
    found = re.search(r"--concurrency[ =](\d+)", (CHECKOUT / "Procfile").read_text())
    assert found, "the Procfile says no --concurrency"
    return found[1]


@contextmanager
def production_like(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[System]:
    """Run Postgres with fsync, Redis, gunicorn, a worker and beat."""
    usual = {
        "RATE_LIMITS": "on",
        "PASSWORD_MEMORY_MIB": "64",
        "WEB_CONCURRENCY": str(WEBS),
        "WORKER_CONCURRENCY": pool_size(),
        "METRICS_PORT": str(processes.choose_port()),
        "WORKER_METRICS_PORT": str(processes.choose_port()),
    }
    with System(folder, durable=True, env={**usual, **(env or {})}) as system:
        cache = redis.Redis.from_url(system.urls.redis_url)
        for name, value in REDIS_LIMITS.items():
            cache.config_set(name, value)
        cache.close()
        system.start_all(webs=1)
        yield system
