"""The id of a request: from the proxy's header, or new."""

import re

from domain.runtime.new_ids import new_id
from domain.runtime.redaction import redact

# The ids of proxies and tracers: UUIDs, ULIDs, hexadecimal; no character can break a line.
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_of(header: str | None) -> str:
    """Return a valid X-Request-Id header, else a new id.

    A header that contains a secret is not accepted.
    """
    if header and SANE.fullmatch(header) and redact(header) == header:
        return header
    return new_id("q")
