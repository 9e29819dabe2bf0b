"""The doctor: what is reachable, what is behind, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.runtime.settings import POOL_SIZE, Settings, load_settings
from domain.store.broker import worker_doorbell
from domain.store.postgres.domains.dns_checks import overdue_checks
from domain.store.postgres.engine import SQLAlchemyError, sync_engine
from domain.store.postgres.health import backlog, failed_lately, pool_size, worker_seen
from domain.store.postgres.latency import LATELY_MIN, latency_lately
from domain.store.redis import publisher as artifacts
from domain.store.redis.keys import QUEUES
from workers.render.build import build_id
from workers.render.png import PngUnavailable, svg_to_png

SLOW_S = 10.0
SLOW_MS = 2_000  # a write that takes longer is answered 202
FEW = 10  # writes of which nothing can be told: a start of everything makes the first ones wait
LONG_QUEUE = 1_000
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` is what to do if it is not well."""

    name: str
    is_well: bool
    what: str
    advice: str = ""


def examine() -> list[Finding]:
    """Look at everything; nothing is changed.

    Figures are read from Postgres: if that is not well, they would only say so again.
    """
    settings = load_settings()
    parts = [guarded(check, settings) for check in (postgres, redis, broker)]
    ill = {part.name for part in parts if not part.is_well}
    figures = () if "postgres" in ill else (unapplied, unpublished, latency, failures, mounts)
    return [
        *parts,
        *(told(check, settings, ill) for check in (queues, worker, *figures, png)),
    ]


def told(check: Callable[[Settings], Finding], settings: Settings, ill: set[str]) -> Finding:
    """Return what a check finds; of what only an ill part knows, that it is unknown.

    To ask all the same would take seconds, and advise to mend what may be well.
    """
    name = check.__name__
    if (part := TOLD_BY.get(name)) in ill:
        what = f"unknown, for {'Redis' if part == 'redis' else 'the broker'} does not answer"
        return Finding(name, is_well=False, what=what, advice=f"See `{part}` above.")
    found = guarded(check, settings)
    if name == "worker" and not found.is_well and "postgres" in ill:
        return replace(found, advice=WAITING)
    return found


def guarded(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Turn what a check raises into a finding: the doctor never falls ill."""
    try:
        return check(settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        name = check.__name__
        return Finding(name, is_well=False, what=in_a_line(error), advice=ADVICE[name])


def in_a_line(error: BaseException) -> str:
    """Return what an error says first, else what it is."""
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


# Who has to answer for a check to find anything, beside Postgres.
TOLD_BY = {"queues": "broker", "worker": "redis", "unpublished": "redis"}
WAITING = "Workers can't report while Postgres is not well: see `postgres` above, then look again."


def postgres(_: Settings) -> Finding:
    """The log answers and has its tables."""
    try:
        with sync_engine().connect() as conn:
            backlog(conn, "", "")
    except SQLAlchemyError as error:
        if "does not exist" in str(error):
            return Finding("postgres", is_well=False, what="no tables", advice="hepstatus migrate")
        raise
    return Finding("postgres", is_well=True, what="answers")


def redis(_: Settings) -> Finding:
    """Visitors' Redis answers."""
    artifacts.cache_redis().ping()
    return Finding("redis", is_well=True, what="answers")


def broker(_: Settings) -> Finding:
    """Doorbells can be rung."""
    is_well = worker_doorbell().is_reachable()
    return Finding("broker", is_well, "answers" if is_well else "silent", ADVICE["broker"])


def queues(_: Settings) -> Finding:
    """No queue is long: rings are taken as they come."""
    lengths = worker_doorbell().lengths(QUEUES)
    what = ", ".join(f"{queue} {length}" for queue, length in lengths.items())
    return Finding("queues", max(lengths.values()) < LONG_QUEUE, what, ADVICE["queues"])


def worker(_: Settings) -> Finding:
    """A worker has swept lately; a pool that is small is no fault, but promises less."""
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
    """No command waits long."""
    with sync_engine().connect() as conn:
        found = backlog(conn, "", "")
    is_well = found.oldest_s < SLOW_S
    what = f"{found.unapplied} commands, the oldest for {found.oldest_s:.0f} s"
    return Finding("unapplied", is_well, what, ADVICE["unapplied"])


def unpublished(_: Settings) -> Finding:
    """No page is behind."""
    with sync_engine().connect() as conn:
        found = backlog(conn, build_id(), artifacts.epoch())
    what = f"{found.pages_behind} of {found.pages} pages are behind, and {found.hosts_behind} hosts"
    if found.pages_in_vain:
        what += f"; {found.pages_in_vain} pages were tried in vain"
    is_well = not (found.pages_behind or found.pages_in_vain or found.hosts_behind)
    return Finding("unpublished", is_well, what, ADVICE["unpublished"])


def latency(_: Settings) -> Finding:
    """Most writes were published fast enough lately."""
    with sync_engine().connect() as conn:
        found = latency_lately(conn)
    if not found.count:
        return Finding("latency", is_well=True, what=f"no write in {LATELY_MIN} minutes")
    what = (
        f"of {found.count} writes in {LATELY_MIN} minutes half took {found.p50_ms} ms or less,"
        f" 99 of 100 {found.p99_ms} ms"
    )
    is_well = found.count < FEW or (found.p50_ms or 0) <= SLOW_MS
    return Finding("latency", is_well, what, ADVICE["latency"])


def failures(_: Settings) -> Finding:
    """No command failed."""
    with sync_engine().connect() as conn:
        count = failed_lately(conn)
    what = f"{count} commands failed in 24 hours"
    return Finding("failures", count == 0, what, ADVICE["failures"])


def mounts(_: Settings) -> Finding:
    """Domains are looked up when they are due."""
    with sync_engine().connect() as conn:
        count = overdue_checks(conn)
    what = f"{count} lookups of domains are overdue"
    return Finding("mounts", count == 0, what, ADVICE["mounts"])


def png(_: Settings) -> Finding:
    """PNG badges can be drawn."""
    try:
        svg_to_png(DOT)
    except PngUnavailable as reason:
        return Finding("png", is_well=False, what=str(reason), advice=ADVICE["png"])
    return Finding("png", is_well=True, what="libcairo is there")
