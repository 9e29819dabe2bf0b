"""gunicorn's settings, each with its reason."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from domain.runtime import startup
from domain.runtime.logging import logging_settings
from domain.runtime.settings import settings_or_exit

_settings = settings_or_exit()
startup.return_large_blocks()  # each process is forked from this one
if _settings.metrics_port:  # before anything imports prometheus_client
    startup.create_metrics_folder("web", _settings)

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
logconfig_dict = logging_settings("web")  # gunicorn's log lines have our format
control_socket_disable = True  # unused, and the file system may be read-only


def post_fork(_server: Arbiter, _worker: Worker) -> None:
    """Load the application without looking for garbage."""
    startup.start_loading()


def post_worker_init(_worker: Worker) -> None:
    """Look for garbage from now on."""
    startup.end_loading()


def when_ready(_server: Arbiter) -> None:
    """Serve the metrics of all processes from the arbiter, not from a worker process.

    The backlog metrics are included: they matter most when no Celery worker runs to report them.
    """
    from domain.runtime.metrics import start_exporter  # noqa: PLC0415 - needs the folder
    from domain.store.health import BacklogCollector  # noqa: PLC0415 - as above

    if _settings.metrics_port:
        stock = BacklogCollector(_settings, None)  # only workers know the newest build
        start_exporter(_settings.metrics_bind, _settings.metrics_port, [stock])


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Remove an exited process from the metrics."""
    from domain.runtime.metrics import forget_process  # noqa: PLC0415 - needs the folder

    if _settings.metrics_port:
        forget_process(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """Delete the metrics folder."""
    startup.remove_metrics_folder()
