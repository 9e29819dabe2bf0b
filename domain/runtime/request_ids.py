"""The id of a request: told by whoever stands in front of us, or minted at the door."""

import re

from domain.runtime.new_ids import mint
from domain.runtime.redaction import masked

# What proxies and tracers send: UUIDs, ULIDs, hexadecimal; nothing that could break a line.
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_of(header: str | None) -> str:
    """Return the id that an X-Request-Id header tells if it is a sane token, else a new one.

    A secret that somebody put there by mistake is no id.
    """
    if header and SANE.fullmatch(header) and masked(header) == header:
        return header
    return mint("q")
