"""The header `If-Match`: a write that depends on the state that its author has seen.

Source: docs/behaviour.md, "Owner's API".
"""

import re
from typing import Annotated

from falcon.asgi import Request
from msgspec import Meta

from web.http.errors import invalid

ETAG = re.compile(r'"?([\w.+/=-]{1,64})"?')
ETAG_INPUT = Annotated[
    str, Meta(extra_json_schema={"pattern": r'^("?[A-Za-z0-9_.+/=-]{1,64}"?|\*)$'})
]


def parse_if_match(req: Request) -> str | None:
    """Return the required etag of `If-Match`, None for any. Raises ApiError 400.

    The drain compares it, because no other write can come between there.
    """
    header = req.get_header("If-Match", default="*").strip()
    if header == "*":
        return None
    if match := ETAG.fullmatch(header):
        return match[1]
    raise invalid("If-Match must be one etag, as GET answers it.")
