"""Counters and histograms under their Prometheus names, and their exporter.

docs/operations.md lists them. Labels are bounded: a route's template, a command's class, an
outcome. Never a host, a page's id or a raw path: clients could create any number of those.

Counting every visit in the files that processes share would cost 7 µs, of a visit that takes 100.
Visits are counted in process memory, which costs 1, and added to the metrics twice a second; those
of a killed process since the last transfer are lost.
"""

import asyncio
import collections
import logging
import os
import threading
from collections.abc import Iterable, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    multiprocess,
    start_http_server,
)
from prometheus_client.registry import Collector

# In seconds: from a hit in memory to the limits of waiting.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# An acknowledged write may wait for an outage to end.
LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
# A page is stale for a moment, or for as long as Redis is gone.
STALE_BUCKETS = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)

REQUESTS = Counter(
    "hepstatus_http_requests", "Requests to the base host", ["route", "method", "status"]
)
REQUEST_S = Histogram(
    "hepstatus_http_request_seconds", "How long they took", ["route", "method"], buckets=BUCKETS
)
VISITS = Counter("hepstatus_visits", "Requests to pages' hosts", ["artifact", "status"])
VISIT_S = Histogram(
    "hepstatus_visit_seconds", "How long some of them took: a sample", buckets=BUCKETS
)
CACHE_LOOKUPS = Counter("hepstatus_page_copies", "How visits found the process's copy", ["found"])
STALE_S = Histogram(
    "hepstatus_stale_copy_seconds",
    "For how long some of the stale copies that were served had been stale: a sample",
    buckets=STALE_BUCKETS,
)

APPENDED = Counter("hepstatus_commands_acknowledged", "Writes acknowledged", ["kind"])
LIMITED = Counter("hepstatus_requests_limited", "Requests answered 429", ["limit"])
WAITS_TIMED_OUT = Counter("hepstatus_waits_timed_out", "Writes answered 202 after waiting")
SENDS_FAILED = Counter("hepstatus_rings_failed", "Doorbells that could not be rung")

MESSAGES = Counter("hepstatus_messages", "Messages to subscribers", ["channel", "outcome"])
MAILS = Counter("hepstatus_mails", "Mails to one address, by outcome", ["kind", "outcome"])

SETTLED = Counter("hepstatus_commands_settled", "Commands by their outcome", ["kind", "outcome"])
LAG_S = Histogram(
    "hepstatus_acknowledged_to_published_seconds",
    "From a command's acknowledgement to its publication",
    buckets=LAG_BUCKETS,
)
DRAIN_S = Histogram("hepstatus_drain_seconds", "Whole drains", buckets=BUCKETS)
RENDER_S = Histogram("hepstatus_render_seconds", "Rendering", ["kind"], buckets=BUCKETS)
PUBLISH_S = Histogram("hepstatus_publish_seconds", "Writing a page's hash", buckets=BUCKETS)
UNPUBLISHED = Counter("hepstatus_publications_failed", "Saved, but Redis did not take it")
ARTIFACTS_FAILED = Counter("hepstatus_artifacts_failed", "Artifacts that raised", ["artifact"])
WORK_DEFERRED = Counter(
    "hepstatus_work_deferred", "Work that was done later, by reason", ["reason"]
)
REPAIRED = Counter("hepstatus_pages_repaired", "Pages published by repair", ["reason"])
MOUNT_CHECKS = Counter("hepstatus_mount_checks", "Lookups of mounts by their result", ["result"])

UNKNOWN = "(unknown)"

CARRY_S = 0.5
SAMPLED = 16  # one of so many visits in a burst is timed; a single one always

_visits: collections.Counter[tuple[str, int]] = collections.Counter()
_cache_lookups: collections.Counter[str] = collections.Counter()
_count = 0


def count_visit(artifact: str, status: int, took_s: float) -> None:
    """Count a visit and time a sample, in seconds. Called on the event loop only."""
    global _count  # noqa: PLW0603 - a number of this process
    if _count == 0:
        asyncio.get_running_loop().call_later(CARRY_S, carry_over)
    if _count % SAMPLED == 0:
        VISIT_S.observe(took_s)
    _count += 1
    _visits[artifact, status] += 1


def count_cache_lookup(result: str) -> None:
    """Count a page cache lookup by its result: `hit`, `stale` or `miss`."""
    _cache_lookups[result] += 1


def count_stale_page(stale_s: float) -> None:
    """Count a stale page and sample its staleness in seconds."""
    if _cache_lookups["stale"] % SAMPLED == 0:
        STALE_S.observe(stale_s)
    count_cache_lookup("stale")


def carry_over() -> None:
    """Add the counts since the last call to the metrics."""
    global _count  # noqa: PLW0603 - a number of this process
    for (artifact, status), count in _visits.items():
        VISITS.labels(artifact, status).inc(count)
    for result, count in _cache_lookups.items():
        CACHE_LOOKUPS.labels(result).inc(count)
    _visits.clear()
    _cache_lookups.clear()
    _count = 0


log = logging.getLogger(__name__)

# The process does not fork during a scrape: a child would inherit the scrape's locks.
_scraping = threading.Lock()


class MultiProcessRegistry(CollectorRegistry):
    """A registry that is read as a whole, and never while the process forks."""

    def collect(self) -> Iterable[Metric]:
        """Return every metric of every process."""
        with _scraping:
            return list(super().collect())


def start_exporter(address: str, port: int, more: Sequence[Collector] = ()) -> None:
    """Serve the metrics from a thread; a port in use is only logged."""
    registry = MultiProcessRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # ships it so
    for collector in more:
        registry.register(collector)
    try:
        server, _ = start_http_server(port, address, registry)
    except OSError as error:
        log.warning("no metrics, port %d can't be opened: %s", port, error.strerror)
        return
    os.register_at_fork(
        before=_scraping.acquire,
        after_in_parent=_scraping.release,
        after_in_child=_scraping.release,
    )
    os.register_at_fork(after_in_child=server.socket.close)  # the port belongs to the main process


def forget_process(pid: int) -> None:
    """Remove the gauges of a process that has ended; its counters stay."""
    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # ships it so
