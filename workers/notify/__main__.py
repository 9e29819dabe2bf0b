"""The program `notify`: `python -m workers.notify`."""

import os
import signal

from domain.runtime import startup
from domain.runtime.logging import configure_logging
from domain.runtime.settings import settings_or_exit

NICE = 10  # thousands of messages take no processor that a publication wants


def main() -> None:
    """Run the loops until the first SIGTERM or SIGINT."""
    settings = settings_or_exit()
    os.nice(NICE)
    has_metrics = settings.notify_metrics_port > 0
    if has_metrics:  # before anything imports prometheus_client
        startup.create_metrics_folder("notify", settings)
    configure_logging("notify")
    from workers.notify.program import build_loops  # noqa: PLC0415 - needs the folder

    loops = build_loops()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loops.ending.set())
    if has_metrics:
        from domain.runtime import metrics  # noqa: PLC0415 - needs the folder
        from domain.store.health import NotificationCollector  # noqa: PLC0415 - as above

        bind = settings.metrics_bind
        metrics.start_exporter(bind, settings.notify_metrics_port, [NotificationCollector()])
    loops.join()
    startup.remove_metrics_folder()


if __name__ == "__main__":
    main()
