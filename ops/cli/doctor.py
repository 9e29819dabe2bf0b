"""The doctor: checks of reachability and backlogs, with advice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.runtime.settings import POOL_SIZE, Settings, load_settings
from domain.store.broker import worker_task_sender
from domain.store.health import backlog, failed_lately, pool_size, worker_seen
from domain.store.postgres.custom_domains import overdue_checks
from domain.store.postgres.engine import SQLAlchemyError, sync_engine
from domain.store.postgres.latency import LATELY_MIN, recent_latency
from domain.store.redis import publisher as artifacts
from domain.store.redis.keys import QUEUES
from workers.render.build import build_id
from workers.render.png import PngUnavailable, svg_to_png

SLOW_S = 10.0
SLOW_MS = 2_000  # a write that takes longer is answered 202
FEW = 10  # too few writes for a verdict: after a start the first ones wait
LONG_QUEUE = 1_000
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `advice` is the remedy if it fails."""

    name: str
    is_well: bool
    what: str
    advice: str = ""


def examine() -> list[Finding]:
    """Run all checks; nothing is changed.

    The figures come from Postgres: if that check fails, they are skipped.
    """
    settings = load_settings()
    parts = [run_safely(check, settings) for check in (postgres, redis, broker)]
    failed_names = {part.name for part in parts if not part.is_well}
    figures = (
        () if "postgres" in failed_names else (unapplied, unpublished, latency, failures, mounts)
    )
    return [
        *parts,
        *(run_check(check, settings, failed_names) for check in (queues, worker, *figures, png)),
    ]


def run_check(
    check: Callable[[Settings], Finding], settings: Settings, failed_names: set[str]
) -> Finding:
    """Run a check; without its dependency, return an unknown finding.

    The check itself would take seconds, and its advice may concern a healthy part.
    """
    name = check.__name__
    if (part := DEPENDENCIES.get(name)) in failed_names:
        what = f"unknown, for {'Redis' if part == 'redis' else 'the broker'} does not answer"
        return Finding(name, is_well=False, what=what, advice=f"See `{part}` above.")
    finding = run_safely(check, settings)
    if name == "worker" and not finding.is_well and "postgres" in failed_names:
        return replace(finding, advice=WAITING)
    return finding


def run_safely(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Run a check, and turn an exception into a finding."""
    try:
        return check(settings)
    except Exception as error:  # noqa: BLE001 - every error becomes a finding
        name = check.__name__
        return Finding(name, is_well=False, what=first_line(error), advice=ADVICE[name])


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, else its type."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


ADVICE = {
    "postgres": "Is it running? `make run` starts one; DATABASE_URL names another.",
    "redis": "Is it running? `make run` starts one; CACHE_URL or REDIS_URL names another.",
    "broker": "Is it running? BROKER_URL or REDIS_URL names it. Writes are safe meanwhile.",
    "queues": "Workers are too few, or stand still: their log and `drain_seconds` tell.",
    "worker": "Start worker and beat (see Procfile); their logs tell why they ended.",
    "unapplied": "Is a worker running, and is its log quiet? Nothing is lost meanwhile.",
    "unpublished": "Repair is at work, or the worker's log tells why they stay behind.",
    "latency": "`acknowledged_to_published_seconds` and the times beside it tell where it goes.",
    "failures": "Defects of ours: the worker's log has an error for each. Their senders know.",
    "mounts": "Is a worker at work, and does it listen to the queue `mounts`?",
    "png": "PNG badges answer 503 until then; everything else works.",
}


# The part on which a check depends, beside Postgres.
DEPENDENCIES = {"queues": "broker", "worker": "redis", "unpublished": "redis"}
WAITING = "Workers can't report while Postgres is not well: see `postgres` above, then look again."


def postgres(_: Settings) -> Finding:
    """Check that the log answers and has its tables."""
    try:
        with sync_engine().connect() as conn:
            backlog(conn, "", "")
    except SQLAlchemyError as error:
        if "does not exist" in str(error):
            return Finding("postgres", is_well=False, what="no tables", advice="hepstatus migrate")
        raise
    return Finding("postgres", is_well=True, what="answers")


def redis(_: Settings) -> Finding:
    """Check that the visitors' Redis answers."""
    artifacts.cache_redis().ping()
    return Finding("redis", is_well=True, what="answers")


def broker(_: Settings) -> Finding:
    """Check that the broker answers."""
    is_well = worker_task_sender().is_reachable()
    return Finding("broker", is_well, "answers" if is_well else "silent", ADVICE["broker"])


def queues(_: Settings) -> Finding:
    """Check that no queue is long."""
    lengths = worker_task_sender().lengths(QUEUES)
    what = ", ".join(f"{queue} {length}" for queue, length in lengths.items())
    return Finding("queues", max(lengths.values()) < LONG_QUEUE, what, ADVICE["queues"])


def worker(_: Settings) -> Finding:
    """Check that a worker has swept lately; a small pool is only mentioned."""
    cache = artifacts.cache_redis()
    is_well, size = worker_seen(cache), pool_size(cache)
    what = "at work" if is_well else "none has got through a sweep lately"
    if is_well and size is not None and size < POOL_SIZE:
        what += (
            f", with fewer processes ({size}) than {POOL_SIZE} (WORKER_CONCURRENCY, or Celery's"
            " `--concurrency`): pages that take long may delay the others"
        )
    return Finding("worker", is_well, what, ADVICE["worker"])


def unapplied(_: Settings) -> Finding:
    """Check that no command waits long."""
    with sync_engine().connect() as conn:
        figures = backlog(conn, "", "")
    is_well = figures.oldest_s < SLOW_S
    what = f"{figures.unapplied} commands, the oldest for {figures.oldest_s:.0f} s"
    return Finding("unapplied", is_well, what, ADVICE["unapplied"])


def unpublished(_: Settings) -> Finding:
    """Check that no page is behind."""
    with sync_engine().connect() as conn:
        figures = backlog(conn, build_id(), artifacts.epoch())
    what = (
        f"{figures.pages_behind} of {figures.pages} pages are behind,"
        f" and {figures.hosts_behind} hosts"
    )
    if figures.pages_in_vain:
        what += f"; {figures.pages_in_vain} pages were tried in vain"
    is_well = not (figures.pages_behind or figures.pages_in_vain or figures.hosts_behind)
    return Finding("unpublished", is_well, what, ADVICE["unpublished"])


def latency(_: Settings) -> Finding:
    """Check that most writes were published fast enough lately."""
    with sync_engine().connect() as conn:
        figures = recent_latency(conn)
    if not figures.count:
        return Finding("latency", is_well=True, what=f"no write in {LATELY_MIN} minutes")
    what = (
        f"of {figures.count} writes in {LATELY_MIN} minutes half took {figures.p50_ms} ms or less,"
        f" 99 of 100 {figures.p99_ms} ms"
    )
    is_well = figures.count < FEW or (figures.p50_ms or 0) <= SLOW_MS
    return Finding("latency", is_well, what, ADVICE["latency"])


def failures(_: Settings) -> Finding:
    """Check that no command failed."""
    with sync_engine().connect() as conn:
        count = failed_lately(conn)
    what = f"{count} commands failed in 24 hours"
    return Finding("failures", count == 0, what, ADVICE["failures"])


def mounts(_: Settings) -> Finding:
    """Check that no domain lookup is overdue."""
    with sync_engine().connect() as conn:
        count = overdue_checks(conn)
    what = f"{count} lookups of domains are overdue"
    return Finding("mounts", count == 0, what, ADVICE["mounts"])


def png(_: Settings) -> Finding:
    """Check that PNG badges can be rendered."""
    try:
        svg_to_png(DOT)
    except PngUnavailable as error:
        return Finding("png", is_well=False, what=str(error), advice=ADVICE["png"])
    return Finding("png", is_well=True, what="libcairo is there")
