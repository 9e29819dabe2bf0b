"""The three programs of the product as child processes: how web, worker and beat are started and
ended.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGTERM

from ops.local.child import ChildSpec, Ending

CHECKOUT = Path(__file__).resolve().parents[2]
QUEUES = ("drain", "beat", "cold", "mounts", "notify", "repair")
POOL = "3"  # as in domain/runtime/settings.py, which says why

# Each is asked once, by a signal to its main process, and is given time for what it has in hand:
# gunicorn for its requests, Celery for its tasks (a drain takes milliseconds, a mail or a DNS
# question seconds).
_WEB_LIMIT_S = 15.0
_WORKER_LIMIT_S = 25.0
_BEAT_LIMIT_S = 5.0

_QUIETER = {
    # A line must not wait in a buffer when its process is killed.
    "PYTHONUNBUFFERED": "1",
    # Celery warns at length when root runs it; containers and fresh machines have nobody else.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


def web(env: Mapping[str, str], name: str = "web") -> ChildSpec:
    """Gunicorn; its settings (the port comes from PORT) are in web/gunicorn.conf.py."""
    arguments = ("gunicorn", "-c", "web/gunicorn.conf.py", "web.asgi:application")
    return _module(name, arguments, env, _WEB_LIMIT_S)


def worker(env: Mapping[str, str], name: str = "worker") -> ChildSpec:
    """A Celery worker for all queues, with WORKER_CONCURRENCY processes."""
    concurrency = env.get("WORKER_CONCURRENCY") or POOL
    arguments = (
        *("celery", "--quiet", "-A", "workers.app", "worker", "-Q", ",".join(QUEUES)),
        *("--concurrency", concurrency, "--hostname", f"{name}@%h", "--loglevel", "WARNING"),
        # Workers have nothing to tell each other: these three are messages that nobody reads.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    return _module(name, arguments, env, _WORKER_LIMIT_S)


def beat(env: Mapping[str, str], name: str = "beat") -> ChildSpec:
    """Celery beat; its schedule is in the code, so it keeps no file, and no pid file either."""
    arguments = ("celery", "--quiet", "-A", "workers.app", "beat")
    options = ("--loglevel", "WARNING", "--pidfile", "")
    return _module(name, (*arguments, *options), env, _BEAT_LIMIT_S)


def _module(
    name: str, arguments: tuple[str, ...], env: Mapping[str, str], limit_s: float
) -> ChildSpec:
    return ChildSpec(
        name=name,
        command=(sys.executable, "-m", *arguments),
        env={**_QUIETER, **env},
        folder=CHECKOUT,
        endings=(Ending(SIGTERM, limit_s),),
    )
