"""DNS checks of custom domains: lease, look up, record, and append the outcome.

A lookup may take seconds, and its process also drains. Lookups wait in threads of their own, so
that no queue waits for a foreign name server.
"""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import dns.exception
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.TXT import TXT

from domain.account.dns_proof import (
    Answer,
    AnswerKind,
    CheckResult,
    Proof,
    Result,
    command_after_check,
    next_check_at,
)
from domain.runtime.metrics import MOUNT_CHECKS
from domain.runtime.new_ids import new_id
from domain.runtime.outgoing.resolver import build_resolver
from domain.runtime.settings import load_settings
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.custom_domains import (
    LeasedCheck,
    fetch_leased,
    lease_due,
    note_check,
    now,
)
from domain.store.postgres.engine import SQLAlchemyError, sync_engine

HOPS_MAX = 8  # CNAMEs that are followed; a longer chain counts as a loop
RECORDS_MAX = 50  # TXT records of one name that are read
TEXT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup of one domain's proof; all queries take `timeout_s` at most."""

    resolver: dns.resolver.Resolver
    timeout_s: float

    def fetch_answers(self, proof: Proof) -> tuple[Answer, Answer]:
        """Return the answers for CNAME and TXT; a proof by CNAME skips TXT.

        Each record gets half of the time: if one is not answered, the other may be.
        """
        started_at = time.monotonic()
        aliases = self.fetch_aliases(proof.host, proof.alias, started_at + self.timeout_s / 2)
        no_query = Answer(AnswerKind.NO_RECORD)
        if proof.is_proved_by(aliases, no_query):
            return aliases, no_query
        return aliases, self.query(proof.text_name, "TXT", started_at + self.timeout_s)

    def fetch_aliases(self, host: str, target: str, ends_at: float) -> Answer:
        """Return the CNAME targets of `host`, up to `target` if it occurs.

        Only CNAMEs are queried: addresses at their end do not matter here.
        """
        aliases: list[str] = []
        while len(aliases) < HOPS_MAX:
            answer = self.query(aliases[-1] if aliases else host, "CNAME", ends_at)
            if answer.kind is not AnswerKind.RECORDS:
                return Answer(AnswerKind.RECORDS, tuple(aliases)) if aliases else answer
            alias = answer.values[0]
            if alias == host or alias in aliases:
                return Answer(AnswerKind.LOOP)
            aliases.append(alias)
            if alias == target:
                return Answer(AnswerKind.RECORDS, tuple(aliases))
        return Answer(AnswerKind.LOOP)

    def query(self, name: str, kind: str, ends_at: float) -> Answer:
        """Send one query; after `ends_at` (monotonic clock, seconds) it counts as silent."""
        remaining_s = ends_at - time.monotonic()
        if remaining_s <= 0:
            return Answer(AnswerKind.SILENT)
        try:
            records = self.resolver.resolve(name, kind, lifetime=remaining_s, search=False)
        except dns.exception.DNSException as error:
            return Answer(classify_error(error))
        return Answer(
            AnswerKind.RECORDS, tuple(sorted(map(format_record, list(records)[:RECORDS_MAX])))
        )


def classify_error(error: dns.exception.DNSException) -> AnswerKind:
    """Return the `Said` of a failed query; unknown errors are server failures."""
    match error:
        case dns.resolver.NXDOMAIN():
            return AnswerKind.NO_NAME
        case dns.resolver.NoAnswer():
            return AnswerKind.NO_RECORD
        case dns.resolver.YXDOMAIN():
            return AnswerKind.LOOP
        case dns.exception.Timeout():
            return AnswerKind.SILENT
        case _:
            return AnswerKind.FAILED


def format_record(record: Rdata) -> str:
    """Return the text of a record.

    A CNAME gives its target in lower case without the final dot, a TXT record its joined strings.
    """
    if isinstance(record, CNAME):
        return str(record.target.to_text(omit_final_dot=True)).lower()
    strings = record.strings if isinstance(record, TXT) else ()
    return b"".join(strings).decode("utf-8", "replace")[:TEXT_LIMIT]


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
