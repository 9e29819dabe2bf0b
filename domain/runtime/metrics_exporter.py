"""The Prometheus exporter: all processes' metrics, on a port of the main process."""

import logging
import os
import threading
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Metric, multiprocess, start_http_server
from prometheus_client.registry import Collector

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
