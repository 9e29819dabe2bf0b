"""Readiness: whether a worker drains, and whether everything is published."""

import time

from domain.account.commands import Probe
from domain.store.health import backlog
from domain.store.postgres.accounts.accounts import SYSTEM_ACCOUNT
from domain.store.postgres.engine import sync_engine
from domain.store.redis import publisher as artifacts
from ops.cli.writes import POLL_S, NotPublishedError, UnsureError, write
from workers.render.build import build_id


def wait_until_drained(timeout_s: float) -> bool:
    """Return whether a worker drains a probe within `timeout_s` seconds."""
    try:
        write(SYSTEM_ACCOUNT, Probe(), timeout_s)
    except (NotPublishedError, UnsureError):
        return False
    return True


def wait_until_published(timeout_s: float) -> bool:
    """Return whether all pages and hosts are published within `timeout_s` seconds.

    The sweep fills an empty Redis; earlier visitors would get a page that asks them to wait.
    """
    ends_at = time.monotonic() + timeout_s
    while time.monotonic() < ends_at:
        if is_published():
            return True
        time.sleep(POLL_S)
    return False


def is_published() -> bool:
    """Return whether every page and host is published."""
    with sync_engine().connect() as conn:
        behind = backlog(conn, build_id(), artifacts.epoch()).pages_behind
    return behind == 0 and artifacts.hosts_are_complete()
