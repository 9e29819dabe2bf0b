"""Forms of HTML pages: bounded, urlencoded or multipart, decoded into storable texts."""

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Final
from urllib.parse import parse_qsl

import falcon.asgi
from falcon.util.mediatypes import parse_header

from domain.text import is_storable
from web.http.bodies import read_bounded

FORM_BYTES: Final = 8 * 1024
FIELDS_MAX: Final = 3_000  # the checkboxes of the largest page
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"

Fields = list[tuple[str, str]]


async def read_form(req: falcon.asgi.Request, limit: int = FORM_BYTES) -> dict[str, str]:
    """Return the fields of a form by name; empty if it can't be read.

    Of a repeated field the last one counts.

    Raises ApiError 408 and 413.
    """
    return dict(await read_fields(req, limit))


async def read_fields(req: falcon.asgi.Request, limit: int = FORM_BYTES) -> Fields:
    """Return the fields of a form in their order, as `read_form` does."""
    raw, media_type = await read_bounded(req, limit), media_type_of(req)
    try:
        fields = _multipart(req, raw) if media_type == MULTIPART else _urlencoded(raw)
        return [(name, value) for name, value in fields if is_storable(name + value)]
    except ValueError:
        return []


def media_type_of(req: falcon.asgi.Request) -> str:
    """Return the media type of a request's body, without parameters; urlencoded without one."""
    return parse_header(req.content_type or FORM)[0].strip().lower()


def _urlencoded(raw: bytes) -> Fields:
    return parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)


def _multipart(req: falcon.asgi.Request, raw: bytes) -> Iterator[tuple[str, str]]:
    head = f"Content-Type: {req.content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(EmailMessage, policy=policy.HTTP).parsebytes(head + raw)
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            yield name, content.decode()
