"""Reconnection of worker and beat to the broker: every second, without limit.

Celery waits two seconds more after every attempt, up to thirty, and has no setting for that. After
an outage of minutes no stream would be drained for half a minute more.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu.connection import Connection as KombusConnection

RETRY_S = 1.0


class Connection(KombusConnection):
    """A kombu connection that retries every second."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - kombu's own
        """Connect, at once or as soon as the broker is there."""
        intervals = {"interval_start": RETRY_S, "interval_step": 0, "interval_max": RETRY_S}
        connect: Any = super().ensure_connection
        return connect(*args, **{**options, **intervals})


class Amqp(AMQP):  # type: ignore[misc]  # Celery has no types
    """The class that `Celery(amqp=…)` names."""

    Connection = Connection
