"""gunicorn's settings, each with its reason."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from domain.runtime import metrics_folder
from domain.runtime.logging import line_settings
from domain.runtime.settings import settings_or_exit
from domain.store.allocator import give_back_large_blocks

_settings = settings_or_exit()
give_back_large_blocks()  # workers are forked from this process
if _settings.metrics_port:  # before anything imports prometheus_client
    metrics_folder.prepare("web", _settings)

bind = f"127.0.0.1:{_settings.port}"  # behind a proxy; the image binds all interfaces
workers = _settings.web_concurrency
worker_class = "web.http.server.Server"  # ASGI on uvloop and httptools, with bounds on input
keepalive = 75  # longer than the proxy's own, so that it never reuses a closed connection
graceful_timeout = 10  # a write takes at most 2 s, a visit 1 s
timeout = 30  # a process with a blocked loop is replaced
backlog = 2048  # visitors arrive in bursts during an incident
accesslog = None  # the proxy writes one
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = _settings.trusted_proxies  # trusted for X-Forwarded-*
logconfig_dict = line_settings("web")  # gunicorn's log lines have our format
control_socket_disable = True  # unused, and the file system may be read-only


def when_ready(_server: Arbiter) -> None:
    """Serve the metrics of all processes from the arbiter, not from a worker process.

    The backlog metrics are included: they matter most when no Celery worker runs to report them.
    """
    from domain.runtime.metrics_exporter import start_exporter  # noqa: PLC0415 - needs the folder
    from domain.store.backlog_metrics import Stock  # noqa: PLC0415 - as above

    if _settings.metrics_port:
        stock = Stock(_settings, None)  # only workers know the newest build
        start_exporter(_settings.metrics_bind, _settings.metrics_port, [stock])


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Remove an exited process from the metrics."""
    from domain.runtime.metrics_exporter import forget_process  # noqa: PLC0415 - needs the folder

    if _settings.metrics_port:
        forget_process(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """Delete the metrics folder."""
    metrics_folder.forget()
