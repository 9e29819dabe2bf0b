"""Headers that say to browsers what they may do with an answer of ours, whatever it is.

The server itself adds them (web/http/server.py), so that no answer can be without them: not a
refusal, a file, or what is said before anybody knows what was asked. So no answer adds them itself.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from web.visitors.app import Scope, Send, header
from web.visitors.hosts import normal_host

ON_EVERY_ANSWER: Final = [
    ("x-content-type-options", "nosniff"),
    # Where a visitor came from is told to nobody else, not even as a bare origin.
    ("referrer-policy", "same-origin"),
    # Nothing of ours uses them, and nothing that a page shows or links to shall ask in its name.
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
]
# How long a browser asks a host over TLS only, in seconds. Of the host that was asked and of no
# other: neither `includeSubDomains`, for others may be served below a host without TLS, nor
# `preload`, which can't be taken back.
OURS_S: Final = 31_536_000
# A custom domain is its owner's, who may move it to a server without TLS: a day later it works.
CUSTOM_S: Final = 86_400


def over_tls(scope: Scope, send: Send, base: str) -> Send:
    """Return what sends answers that came over TLS: a browser comes by nothing else from now on."""
    host = normal_host(header(scope, b"host").decode("utf-8", "replace")) or ""
    lasts_s = OURS_S if f".{host}".endswith(f".{base}") else CUSTOM_S
    told = (b"strict-transport-security", b"max-age=%d" % lasts_s)

    async def send_told(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), told]}
        await send(message)

    return send_told
