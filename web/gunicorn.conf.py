"""gunicorn's settings, each with its reason."""

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from domain.runtime import memory, metrics_folder
from domain.runtime.logging import line_settings
from domain.runtime.settings import settings_or_exit

_settings = settings_or_exit()
memory.give_back_large_blocks()  # each process is forked from this one
if _settings.metrics_port:  # before anything imports prometheus_client
    metrics_folder.prepare("web", _settings)

bind = f"127.0.0.1:{_settings.port}"  # a proxy stands in front; the image binds all interfaces
workers = _settings.web_concurrency
worker_class = "web.http.server.Server"  # ASGI on uvloop and httptools: measured fastest; bounded
keepalive = 75  # longer than the proxy's own, so that it never meets a closed connection
graceful_timeout = 10  # a write waits at most 2 s, a visit 1 s
timeout = 30  # a process whose loop hangs for so long is replaced
backlog = 2048  # visitors come all at once when something burns
accesslog = None  # the proxy keeps one
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = _settings.trusted_proxies  # who may say for whom it asks, and by which scheme
logconfig_dict = line_settings("web")  # the lines of gunicorn are of the same form as ours
control_socket_disable = True  # nobody talks to it, and the file system may be read-only


def post_fork(_server: Arbiter, _worker: Worker) -> None:
    """Load the application without looking for garbage."""
    memory.start_loading()


def post_worker_init(_worker: Worker) -> None:
    """Look for garbage from now on."""
    memory.end_loading()


def when_ready(_server: Arbiter) -> None:
    """Show the figures of all processes, from this one: none of them is kept from its visitors.

    And what waits, which has to be told above all when no worker is there to tell it.
    """
    from domain.runtime.metrics_exporter import start_exporter  # noqa: PLC0415 - needs the folder
    from domain.store.backlog_metrics import Stock  # noqa: PLC0415 - as above

    if _settings.metrics_port:
        stock = Stock(_settings, None)  # which build is the newest only workers know
        start_exporter(_settings.metrics_bind, _settings.metrics_port, [stock])


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Take a process that has ended out of the figures."""
    from domain.runtime.metrics_exporter import forget_process  # noqa: PLC0415 - needs the folder

    if _settings.metrics_port:
        forget_process(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """Leave nothing behind."""
    metrics_folder.forget()
