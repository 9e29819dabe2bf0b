"""The checks of `hepstatus doctor`: servers, backlogs and recent work, each with advice."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from domain.runtime.settings import POOL_SIZE, Settings, load_settings
from domain.store.broker import worker_task_sender
from domain.store.health import backlog, failed_lately, pool_size, worker_seen
from domain.store.postgres.custom_domains import overdue_checks
from domain.store.postgres.engine import SQLAlchemyError, sync_engine
from domain.store.postgres.latency import RECENT_MINUTES, recent_latency
from domain.store.postgres.notifications.restored import held_since
from domain.store.redis import publisher
from domain.store.redis.keys import QUEUES
from web.http.wire import Answer
from workers.notify.smtp import SmtpConnection
from workers.render.build import build_id
from workers.render.png import PngUnavailable, svg_to_png

LONG_WAIT_S = 10.0  # of a command for its drain
MEDIAN_MAX_MS = 2_000  # a write that takes longer to be published is answered 202
# Fewer writes are always ok: the first ones after a start wait for the programs.
WRITES_MIN = 10
LONG_QUEUE = 1_000  # messages
MAIL_S = 5.0  # for connecting to the mail server
ONE_PIXEL_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


class Finding(Answer, frozen=True):
    """The result of one check: `summary` for both outcomes, `advice` if it is not ok."""

    name: str
    is_ok: bool = msgspec.field(name="ok")
    summary: str
    advice: str = ""


def examine() -> list[Finding]:
    """Run all checks, without changing anything.

    The checks that read their figures from Postgres are skipped if Postgres is not ok.
    """
    settings = load_settings()
    servers = [run_safely(check, settings) for check in (postgres, redis, broker)]
    failed_names = {server.name for server in servers if not server.is_ok}
    figures = (unapplied, unpublished, latency, failures, mounts, held_pages)
    of_postgres = () if "postgres" in failed_names else figures
    return [
        *servers,
        *(
            run_check(check, settings, failed_names)
            for check in (queues, worker, *of_postgres, png, mail)
        ),
    ]


def to_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines of a report for the terminal."""
    for finding in findings:
        yield f"{'ok ' if finding.is_ok else 'BAD'} {finding.name:<12} {finding.summary}"
        if not finding.is_ok:
            yield f"    {'':<12} {finding.advice}"


def run_check(
    check: Callable[[Settings], Finding], settings: Settings, failed_names: set[str]
) -> Finding:
    """Run a check, unless the server that it needs does not answer.

    Without that server the check would take seconds, and its advice could blame a healthy program.
    """
    name = check.__name__
    if (server := DEPENDENCIES.get(name)) in failed_names:
        summary = f"unknown: {'Redis' if server == 'redis' else 'the broker'} does not answer"
        return Finding(name, is_ok=False, summary=summary, advice=f"See `{server}` above.")
    finding = run_safely(check, settings)
    if name == "worker" and not finding.is_ok and "postgres" in failed_names:
        return replace(finding, advice=POSTGRES_FIRST)
    return finding


def run_safely(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Run a check; return an exception as a finding that is not ok."""
    try:
        finding = check(settings)
    except Exception as error:  # noqa: BLE001 - every error becomes a finding
        name = check.__name__
        return Finding(name, is_ok=False, summary=first_line(error), advice=ADVICE[name])
    return replace(finding, advice="") if finding.is_ok else finding


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text; its type if it has no text."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


ADVICE = {
    "postgres": "Start Postgres (`make run` starts one), or correct DATABASE_URL.",
    "redis": "Start Redis (`make run` starts one), or correct CACHE_URL or REDIS_URL.",
    "broker": (
        "Start the broker, or correct BROKER_URL or REDIS_URL. Writes are accepted and stored"
        " meanwhile."
    ),
    "queues": (
        "Start more workers, or find out why they are slow: see their log and the metric"
        " `drain_seconds`."
    ),
    "worker": "Start worker and beat (see Procfile). If they ended unexpectedly, see their logs.",
    "unapplied": (
        "Start a worker if none runs. If one runs, look for errors in its log. No write is lost."
    ),
    "unpublished": (
        "Wait: repair publishes them automatically. If the numbers do not fall, see the log of"
        " the worker."
    ),
    "latency": (
        "Find the slow step: compare the metrics `acknowledged_to_published_seconds`,"
        " `drain_seconds`, `render_seconds` and `publish_seconds`."
    ),
    "failures": (
        "These are defects of Hep Status: report the errors in the worker's log. The receipts of"
        " the commands say `failed`."
    ),
    "mounts": "Start a worker that listens to the queue `mounts`. If one runs, see its log.",
    "held": (
        "Leavings since the backup are unknown. Run `hepstatus mail accept-unknown-left` to send"
        " messages again."
    ),
    "mail": "Set SMTP_URL to your mail server, or correct it. No mail is lost for two days.",
    "png": "Install libcairo2. Until then PNG badges answer 503; everything else works.",
}


# The server that a check needs, besides Postgres.
DEPENDENCIES = {"queues": "broker", "worker": "redis", "unpublished": "redis"}
POSTGRES_FIRST = (
    "Mend Postgres first (see `postgres` above): without it no worker can complete a sweep. Then"
    " run the doctor again."
)


def postgres(_: Settings) -> Finding:
    """Check that Postgres answers and has the tables."""
    try:
        with sync_engine().connect() as conn:
            backlog(conn, "", "")
    except SQLAlchemyError as error:
        if "does not exist" in str(error):
            advice = "Run `hepstatus migrate`."
            return Finding("postgres", is_ok=False, summary="has no tables", advice=advice)
        raise
    return Finding("postgres", is_ok=True, summary="answers")


def redis(_: Settings) -> Finding:
    """Check that the Redis of visitors' pages answers."""
    publisher.cache_redis().ping()
    return Finding("redis", is_ok=True, summary="answers")


def broker(_: Settings) -> Finding:
    """Check that the broker answers."""
    is_ok = worker_task_sender().is_reachable()
    return Finding("broker", is_ok, "answers" if is_ok else "does not answer", ADVICE["broker"])


def queues(_: Settings) -> Finding:
    """Check that no queue is long."""
    lengths = worker_task_sender().lengths(QUEUES)
    waiting = ", ".join(f"{queue} {length}" for queue, length in lengths.items())
    is_ok = max(lengths.values()) < LONG_QUEUE
    return Finding("queues", is_ok, f"waiting messages: {waiting}", ADVICE["queues"])


def worker(_: Settings) -> Finding:
    """Check that a worker has swept lately; a small pool is only mentioned."""
    cache = publisher.cache_redis()
    is_ok, size = worker_seen(cache), pool_size(cache)
    summary = "at work" if is_ok else "no worker has completed a sweep lately"
    if is_ok and size is not None and size < POOL_SIZE:
        summary += (
            f", but with fewer processes ({size}) than {POOL_SIZE}: slow pages may delay the others"
            " (set WORKER_CONCURRENCY, or Celery's `--concurrency`)"
        )
    return Finding("worker", is_ok, summary, ADVICE["worker"])


def unapplied(_: Settings) -> Finding:
    """Check that no command has waited long for its drain."""
    with sync_engine().connect() as conn:
        figures = backlog(conn, "", "")
    is_ok = figures.oldest_s < LONG_WAIT_S
    summary = f"waiting commands: {figures.unapplied}; longest wait: {figures.oldest_s:.0f} s"
    return Finding("unapplied", is_ok, summary, ADVICE["unapplied"])


def unpublished(_: Settings) -> Finding:
    """Check that every page and host is published as it was saved."""
    with sync_engine().connect() as conn:
        figures = backlog(conn, build_id(), publisher.epoch())
    summary = (
        f"pages behind: {figures.pages_behind} of {figures.pages};"
        f" hosts behind: {figures.hosts_behind}"
    )
    if figures.pages_in_vain:
        summary += f"; pages that repair could not publish: {figures.pages_in_vain}"
    is_ok = not (figures.pages_behind or figures.pages_in_vain or figures.hosts_behind)
    return Finding("unpublished", is_ok, summary, ADVICE["unpublished"])


def latency(_: Settings) -> Finding:
    """Check that at least half of the recent writes were published fast enough."""
    with sync_engine().connect() as conn:
        figures = recent_latency(conn)
    if not figures.count:
        nothing = f"no writes in the last {RECENT_MINUTES} minutes"
        return Finding("latency", is_ok=True, summary=nothing)
    summary = (
        f"writes in the last {RECENT_MINUTES} minutes: {figures.count}; 50 % were published within"
        f" {figures.p50_ms} ms, 99 % within {figures.p99_ms} ms"
    )
    is_ok = figures.count < WRITES_MIN or (figures.p50_ms or 0) <= MEDIAN_MAX_MS
    return Finding("latency", is_ok, summary, ADVICE["latency"])


def failures(_: Settings) -> Finding:
    """Check that no command failed in the last 24 hours."""
    with sync_engine().connect() as conn:
        count = failed_lately(conn)
    summary = f"failed commands in the last 24 hours: {count}"
    return Finding("failures", count == 0, summary, ADVICE["failures"])


def mounts(_: Settings) -> Finding:
    """Check that no DNS lookup of a custom domain is overdue."""
    with sync_engine().connect() as conn:
        count = overdue_checks(conn)
    summary = f"overdue lookups of custom domains: {count}"
    return Finding("mounts", count == 0, summary, ADVICE["mounts"])


def held_pages(_: Settings) -> Finding:
    """Check that no page is held after a restore without `--left`."""
    with sync_engine().connect() as conn:
        count, since = held_since(conn)
    summary = f"pages that send subscribers nothing after a restore: {count}"
    if since:
        summary += f"; leavings are unknown since {since:%F %H:%M} UTC"
    return Finding("held", count == 0, summary, ADVICE["held"])


def png(_: Settings) -> Finding:
    """Check that PNG badges can be rendered."""
    try:
        svg_to_png(ONE_PIXEL_SVG)
    except PngUnavailable as error:
        return Finding("png", is_ok=False, summary=str(error), advice=ADVICE["png"])
    return Finding("png", is_ok=True, summary="libcairo is installed")


def mail(settings: Settings) -> Finding:
    """Check that the mail server takes a connection, or that an outbox stands for it."""
    if settings.outbox and not settings.smtp_url:
        return Finding("mail", is_ok=True, summary="mails are shown at /dashboard/outbox")
    if not settings.smtp_url:
        summary = "SMTP_URL is not set: no mail is sent"
        return Finding("mail", is_ok=False, summary=summary, advice=ADVICE["mail"])
    with SmtpConnection(settings, MAIL_S) as connection:
        problem = connection.check()
    return Finding("mail", problem is None, problem or "the mail server answers", ADVICE["mail"])
