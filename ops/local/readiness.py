"""Whether a worker drains, and whether everything is published: what a start waits for."""

import time

from domain.account.commands import Probe
from domain.store.postgres.accounts.accounts import SYSTEM_ACCOUNT
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.health import backlog
from domain.store.redis import publisher as artifacts
from ops.cli.writes import LOOK_S, NotPublishedError, UnsureError, write
from workers.render.build import build_id


def wait_until_drained(timeout_s: float) -> bool:
    """Tell whether a worker drains a probe within `timeout_s`."""
    try:
        write(SYSTEM_ACCOUNT, Probe(), timeout_s)
    except (NotPublishedError, UnsureError):
        return False
    return True


def wait_until_published(timeout_s: float) -> bool:
    """Tell whether every page and every host is published within `timeout_s`.

    A Redis that starts empty is filled by the sweep; who comes earlier would be told to wait.
    """
    ends_at = time.monotonic() + timeout_s
    while time.monotonic() < ends_at:
        if is_published():
            return True
        time.sleep(LOOK_S)
    return False


def is_published() -> bool:
    """Tell whether nothing is behind."""
    with sync_engine().connect() as conn:
        behind = backlog(conn, build_id(), artifacts.epoch()).pages_behind
    return behind == 0 and artifacts.hosts_are_complete()
