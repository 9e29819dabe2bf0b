"""DNS checks of custom domains: lease, look up, record, and append the outcome.

A lookup may take seconds, and its process also drains. Lookups wait in threads of their own, so
that no queue waits for a foreign name server.
"""

import logging
import threading
from datetime import timedelta

from domain.account.dns_checks import CheckResult, command_after_check, next_check_at
from domain.account.dns_proof import Proof, Result
from domain.runtime.metrics import MOUNT_CHECKS
from domain.runtime.new_ids import new_id
from domain.runtime.settings import load_settings
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.domains.dns_checks import (
    LeasedCheck,
    fetch_leased,
    lease_due,
    note_check,
    now,
)
from domain.store.postgres.engine import SQLAlchemyError, sync_engine
from workers.dns_lookup import Lookup, build_resolver

logger = logging.getLogger(__name__)

LOOKUPS_AT_ONCE = 8  # per process; each lookup has a time limit
WORKER = Authority("system", "mounts")
FAILED = "failed"  # label beside those of Result: not started, or not recorded


slots = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)


def start_due_checks() -> None:
    """Lease as many due domains as may be looked up at once; start each."""
    free_slots = sum(slots.acquire(blocking=False) for _ in range(LOOKUPS_AT_ONCE))
    mount_ids: list[str] = []
    try:
        mount_ids = lease(free_slots)
    finally:
        for _ in range(free_slots - len(mount_ids)):
            slots.release()
    for mount_id in mount_ids:
        # Daemon threads: a process that ends does not wait for a name server; the lease expires.
        threading.Thread(target=run_checks, args=(mount_id,), daemon=True).start()


def run_checks(mount_id: str) -> None:
    """Check a custom domain, and then all others that are due.

    After an error the domain is due again when its lease ends.
    """
    try:
        mount_ids = [mount_id]
        while mount_ids:
            check(mount_ids.pop())
            mount_ids = lease(1)
    except SQLAlchemyError as error:
        MOUNT_CHECKS.labels(FAILED).inc()
        logger.warning("can't look mounts up, Postgres does not answer: %s", error)
    except Exception:
        MOUNT_CHECKS.labels(FAILED).inc()
        logger.exception("the lookup of a mount made us raise")
    finally:
        slots.release()


def lease(limit: int) -> list[str]:
    """Lease up to `limit` custom domains that are due."""
    with sync_engine().begin() as conn:
        return lease_due(conn, limit) if limit else []


def check(mount_id: str) -> None:
    """Look up a domain, schedule its next check, and append a new result."""
    with sync_engine().begin() as conn:
        custom_domain = fetch_leased(conn, mount_id)
    if custom_domain is None:
        return
    result, reason = look_up(custom_domain)
    unanswered = custom_domain.unanswered + 1 if result is Result.NO_ANSWER else 0
    with sync_engine().begin() as conn:
        finding = CheckResult(
            now(conn), reason, custom_domain.is_taken, custom_domain.failing_since, unanswered
        )
        interval = timedelta(seconds=load_settings().mount_check_s)
        note_check(
            conn,
            custom_domain.mount,
            finding,
            next_check_at(custom_domain.mount, finding, interval),
        )
        command = command_after_check(custom_domain.mount, finding)
        if command is not None:
            append(conn, Draft(new_id("r"), command, WORKER, custom_domain.account_id))
    MOUNT_CHECKS.labels(result.value).inc()
    if command is not None:
        request_drain(custom_domain.account_id)


def look_up(custom_domain: LeasedCheck) -> tuple[Result, str | None]:
    """Return the DNS result for a domain, and the problem unless proven."""
    settings = load_settings()
    proof = Proof(custom_domain.mount.host, custom_domain.mount.token, settings.cname_target)
    answers = Lookup(build_resolver(settings), settings.dns_timeout_s).fetch_answers(proof)
    return proof.result(*answers), proof.problem(*answers)


def request_drain(account_id: str) -> None:
    """Ring for an account; without a broker the sweep finds the command."""
    try:
        worker_task_sender().request_drain(account_id)
    except UNREACHABLE as error:
        logger.warning("can't ring for %s: %s", account_id, error)
