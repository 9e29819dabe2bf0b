"""What Prometheus scrapes: the figures of a program's processes, on a port of its main process."""

import logging
import os
import threading
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Metric, multiprocess, start_http_server
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

# No child is forked in the middle of a scrape: it would inherit what the scrape's thread holds.
_scraping = threading.Lock()


class Figures(CollectorRegistry):
    """A registry that is read whole, and not while the process forks."""

    def collect(self) -> Iterable[Metric]:
        """Return every metric of every process."""
        with _scraping:
            return list(super().collect())


def start_exporter(address: str, port: int, more: Sequence[Collector] = ()) -> None:
    """Serve the figures from a thread of this process; a port that is taken is only reported."""
    registry = Figures()
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
    os.register_at_fork(after_in_child=server.socket.close)  # the port is the main process's


def forget_process(pid: int) -> None:
    """Take note that a process has ended: what it counted stays, what it gauged goes."""
    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # ships it so
