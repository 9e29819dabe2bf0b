"""gunicorn's settings, each with its reason."""

from domain.store.settings import load_settings

_settings = load_settings()

bind = f"127.0.0.1:{_settings.port}"  # a proxy stands in front; the image binds all interfaces
workers = _settings.web_concurrency
worker_class = "uvicorn_worker.UvicornWorker"  # ASGI on uvloop and httptools: measured fastest
keepalive = 75  # longer than the proxy's own, so that it never meets a closed connection
graceful_timeout = 10  # a write waits at most 2 s, a visit 1 s
timeout = 30  # a process whose loop hangs for so long is replaced
backlog = 2048  # visitors come all at once when something burns
accesslog = None  # the proxy keeps one
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = _settings.trusted_proxies  # who may say for whom it asks, and by which scheme
control_socket_disable = True  # nobody talks to it, and the file system may be read-only
