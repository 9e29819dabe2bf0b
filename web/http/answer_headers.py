"""Security headers of every answer.

The server itself adds them (web/http/server.py), so that no answer lacks them: errors, files and
early rejections included. Other code does not add them.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from web.http.hosts import normal_host
from web.visitors.app import Scope, Send, header

ON_EVERY_ANSWER: Final = [
    ("x-content-type-options", "nosniff"),
    # Other sites receive no referrer of a visitor, not even the origin.
    ("referrer-policy", "same-origin"),
    # Our pages use none of these features, and embedded content may not request them.
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
]
# How long a browser uses TLS only for this host, in seconds. Without `includeSubDomains`, because
# hosts below may be served without TLS, and without `preload`, which can't be undone.
OURS_S: Final = 31_536_000
# An owner may move a custom domain to a server without TLS: it works again after a day.
CUSTOM_S: Final = 86_400


def add_hsts(scope: Scope, send: Send, base: str) -> Send:
    """Wrap `send` so that answers over TLS carry Strict-Transport-Security."""
    host = normal_host(header(scope, b"host").decode("utf-8", "replace")) or ""
    lasts_s = OURS_S if f".{host}".endswith(f".{base}") else CUSTOM_S
    hsts = (b"strict-transport-security", b"max-age=%d" % lasts_s)

    async def send_with_hsts(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), hsts]}
        await send(message)

    return send_with_hsts
