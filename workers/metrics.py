"""Metrics of the workers: the counters of the pool, and its backlog."""

from domain.runtime import metrics_exporter
from domain.runtime.settings import Settings
from domain.store.backlog_metrics import BacklogCollector
from workers.render.build import build_id


def start_exporter(settings: Settings) -> None:
    """Serve the metrics of the pool from this process."""
    backlog = BacklogCollector(settings, build_id())
    metrics_exporter.start_exporter(settings.metrics_bind, settings.worker_metrics_port, [backlog])
