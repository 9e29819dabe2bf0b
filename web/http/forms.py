"""Forms of HTML pages: bounded, decoded into texts that can be stored."""

from typing import Final
from urllib.parse import parse_qsl

import falcon.asgi
from falcon.util.mediatypes import parse_header

from domain.text import is_storable
from web.http.bodies import read_bounded

FORM_BYTES: Final = 8 * 1024
FIELDS_MAX: Final = 100
FORM: Final = "application/x-www-form-urlencoded"


async def read_form(req: falcon.asgi.Request, limit: int = FORM_BYTES) -> dict[str, str]:
    """Return the fields of a form; empty if it can't be read.

    Raises ApiError 408 and 413.
    """
    raw = await read_bounded(req, limit)
    if parse_header(req.content_type or "")[0].strip().lower() != FORM:
        return {}
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return {}
    return {name: value for name, value in fields if is_storable(value)}
