"""The figures of the workers: what the pool counted, and what waits."""

from domain.runtime.metrics_exporter import start_exporter
from domain.runtime.settings import Settings
from domain.store.backlog_metrics import Stock
from workers.render.build import build_id


def start(settings: Settings) -> None:
    """Serve them from this process."""
    stock = Stock(settings, build_id())
    start_exporter(settings.metrics_bind, settings.worker_metrics_port, [stock])
