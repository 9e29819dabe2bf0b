"""The worker's and beat's way back to a broker that was gone: tried every second, however long.

Celery waits two seconds more after every attempt, up to thirty, and can't be told otherwise: after
an outage of minutes nobody would drain for half a minute more.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu.connection import Connection as KombusConnection

RETRY_S = 1.0


class Connection(KombusConnection):
    """Tries again every second."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - kombu's own
        """Connect, at once or as soon as the broker is there."""
        every = {"interval_start": RETRY_S, "interval_step": 0, "interval_max": RETRY_S}
        connect: Any = super().ensure_connection
        return connect(*args, **{**options, **every})


class Amqp(AMQP):  # type: ignore[misc]  # Celery has no types
    """What `Celery(amqp=…)` names."""

    Connection = Connection
