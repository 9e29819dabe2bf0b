"""The product's four programs as child processes, and whether they do their work."""

import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGTERM

from ops.local import processes
from ops.local.child import ChildSpec, Ending

CHECKOUT = Path(__file__).resolve().parents[2]
QUEUES = ("drain", "beat", "cold", "mounts", "repair")
POOL = "3"  # as in domain/runtime/settings.py, with the reason

# Seconds to finish open work after one signal to the main process: gunicorn its requests, Celery
# its tasks (a drain takes milliseconds, a mail or a DNS query seconds).
_WEB_LIMIT_S = 15.0
_WORKER_LIMIT_S = 25.0
_BEAT_LIMIT_S = 5.0

_CHILD_ENV = {
    # A line must not stay in a buffer when its process is killed.
    "PYTHONUNBUFFERED": "1",
    # Celery warns at length when root runs it; containers often have no other user.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


def web(env: Mapping[str, str], name: str = "web") -> ChildSpec:
    """Return gunicorn; web/gunicorn.conf.py has its settings, PORT the port."""
    arguments = ("gunicorn", "-c", "web/gunicorn.conf.py", "web.asgi:application")
    return _module(name, arguments, env, _WEB_LIMIT_S)


def worker(env: Mapping[str, str], name: str = "worker") -> ChildSpec:
    """Return a Celery worker for all queues, with WORKER_CONCURRENCY processes."""
    concurrency = env.get("WORKER_CONCURRENCY") or POOL
    arguments = (
        *("celery", "--quiet", "-A", "workers.app", "worker", "-Q", ",".join(QUEUES)),
        *("--concurrency", concurrency, "--hostname", f"{name}@%h", "--loglevel", "WARNING"),
        # Workers do not communicate: these three messages have no reader.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    return _module(name, arguments, env, _WORKER_LIMIT_S)


def beat(env: Mapping[str, str], name: str = "beat") -> ChildSpec:
    """Return Celery beat, without a schedule file and without a pid file."""
    arguments = ("celery", "--quiet", "-A", "workers.app", "beat")
    options = ("--loglevel", "WARNING", "--pidfile", "")
    return _module(name, (*arguments, *options), env, _BEAT_LIMIT_S)


def notify(env: Mapping[str, str], name: str = "notify") -> ChildSpec:
    """Return the notifier."""
    return _module(name, ("workers.notify",), env, _WORKER_LIMIT_S)


def wait_until_drained(timeout_s: float) -> bool:
    """Return whether a worker drains a probe within `timeout_s` seconds."""
    from domain.account.commands import Probe
    from domain.store.postgres.accounts import SYSTEM_ACCOUNT
    from ops.cli.writes import NotPublishedError, UnsureError, write

    try:
        write(SYSTEM_ACCOUNT, Probe(), timeout_s)
    except (NotPublishedError, UnsureError):
        return False
    return True


def wait_until_published(timeout_s: float) -> bool:
    """Return whether all pages and hosts are published within `timeout_s` seconds.

    The sweep fills an empty Redis; earlier visitors would get a page that asks them to wait.
    """
    return processes.wait_until(is_published, timeout_s)


def is_published() -> bool:
    """Return whether every page and host is published."""
    from domain.store.health import backlog
    from domain.store.postgres.engine import sync_engine
    from domain.store.redis import publisher as artifacts
    from workers.render.build import build_id

    with sync_engine().connect() as conn:
        behind = backlog(conn, build_id(), artifacts.epoch()).pages_behind
    return behind == 0 and artifacts.hosts_are_complete()


def _module(
    name: str, arguments: tuple[str, ...], env: Mapping[str, str], limit_s: float
) -> ChildSpec:
    return ChildSpec(
        name=name,
        command=(sys.executable, "-m", *arguments),
        env={**_CHILD_ENV, **env},
        folder=CHECKOUT,
        endings=(Ending(SIGTERM, limit_s),),
    )
