"""Looking up mounts in DNS: what is due is leased, asked for, noted, and told to the log.

A lookup may take seconds, and the process that does it has drains to do: lookups wait in threads
of their own, so that no queue waits for a stranger's name server.
"""

import logging
import threading
from datetime import timedelta

from domain.account.dns_checks import Finding, next_check_at, verdict
from domain.account.dns_proof import Proof, Result
from domain.runtime.metrics import MOUNT_CHECKS
from domain.runtime.new_ids import mint
from domain.runtime.settings import load_settings
from domain.store.broker import UNREACHABLE, worker_doorbell
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.domains.dns_checks import Leased, lease_due, leased, note_check, now
from domain.store.postgres.engine import SQLAlchemyError, sync_engine
from workers.dns_lookup import Lookup, make_resolver

logger = logging.getLogger(__name__)

LOOKUPS_AT_ONCE = 8  # of one process; a lookup is bounded, so this many slow ones are as well
WORKER = Authority("system", "mounts")
FAILED = "failed"  # beside the results that a lookup has: it could not be begun, or not be noted


slots = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)


def begin_due() -> None:
    """Lease as many mounts as may be looked up at once, and begin with each."""
    free = sum(slots.acquire(blocking=False) for _ in range(LOOKUPS_AT_ONCE))
    due: list[str] = []
    try:
        due = lease(free)
    finally:
        for _ in range(free - len(due)):
            slots.release()
    for mount_id in due:
        # A daemon: a process that ends waits for nobody's name server; the lease runs out.
        threading.Thread(target=work_through, args=(mount_id,), daemon=True).start()


def work_through(mount_id: str) -> None:
    """Check a mount, and then whatever else is due; what goes wrong is left to the lease's end."""
    try:
        due = [mount_id]
        while due:
            check(due.pop())
            due = lease(1)
    except SQLAlchemyError as error:
        MOUNT_CHECKS.labels(FAILED).inc()
        logger.warning("can't look mounts up, Postgres does not answer: %s", error)
    except Exception:
        MOUNT_CHECKS.labels(FAILED).inc()
        logger.exception("the lookup of a mount made us raise")
    finally:
        slots.release()


def lease(limit: int) -> list[str]:
    """Take up to `limit` mounts that are due."""
    with sync_engine().begin() as conn:
        return lease_due(conn, limit) if limit else []


def check(mount_id: str) -> None:
    """Look a mount up, note when to look again, and append what is new."""
    with sync_engine().begin() as conn:
        asked = leased(conn, mount_id)
    if asked is None:
        return
    result, reason = look_up(asked)
    unanswered = asked.unanswered + 1 if result is Result.NO_ANSWER else 0
    with sync_engine().begin() as conn:
        found = Finding(now(conn), reason, asked.is_taken, asked.failing_since, unanswered)
        rung = timedelta(seconds=load_settings().mount_check_s)
        note_check(conn, asked.mount, found, next_check_at(asked.mount, found, rung))
        told = verdict(asked.mount, found)
        if told is not None:
            append(conn, Draft(mint("r"), told, WORKER, asked.account_id))
    MOUNT_CHECKS.labels(result.value).inc()
    if told is not None:
        ring(asked.account_id)


def look_up(asked: Leased) -> tuple[Result, str | None]:
    """Return what DNS says of a mount; unless that proves it, in words why not."""
    settings = load_settings()
    proof = Proof(asked.mount.host, asked.mount.token, settings.cname_target)
    said = Lookup(make_resolver(settings), settings.dns_timeout_s).answers(proof)
    return proof.result(*said), proof.problem(*said)


def ring(account_id: str) -> None:
    """Ring for an account; without a broker the sweep finds the command."""
    try:
        worker_doorbell().ring(account_id)
    except UNREACHABLE as error:
        logger.warning("can't ring for %s: %s", account_id, error)
