"""The web tier's own worker, but it waits two seconds for a client that takes nothing, not 30."""

from web.http import outflow
from web.http import server as protocol

STALL_S = 2.0
outflow.STALL_S = STALL_S  # type: ignore[misc]  # final for everybody else

Server = protocol.Server
