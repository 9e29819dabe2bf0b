"""Answers in the one envelope; those of writes with their receipt."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import falcon
import falcon.asgi
import msgspec

from domain.calendar import iso as written
from domain.store.postgres.command_log import Draft, Idempotency
from domain.store.postgres.engine import UNREACHABLE
from web.http.errors import invalid, rejected
from web.writes.submit import Inbox, Written

log = logging.getLogger(__name__)

KEY_LIMIT = 255
Described = Callable[[Any], Mapping[str, Any]]
Completed = Callable[[Any, str], Awaitable[Mapping[str, Any]]]


def write_data(resp: falcon.asgi.Response, data: Any, status: int = 200) -> None:  # noqa: ANN401 - any JSON
    """Fill a response with `data` in the envelope."""
    resp.status = status
    resp.content_type = falcon.MEDIA_JSON
    resp.set_header("Cache-Control", "no-store")
    resp.data = msgspec.json.encode({"ok": True, "data": data})


def iso(at: datetime | None) -> str | None:
    """Write an instant as the wire does; null where there is none."""
    return written(at) if at is not None else None


def idempotency(req: falcon.asgi.Request, raw: bytes) -> Idempotency | None:
    """Return the request's Idempotency-Key. Raises ApiError 400 for one that is no key."""
    key = req.get_header("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > KEY_LIMIT or not (key.isascii() and key.isprintable()):
        raise invalid(f"Idempotency-Key must have 1 to {KEY_LIMIT} printable ASCII characters.")
    return Idempotency(f"{req.method} {req.path}", key.strip(), sha256(raw).digest())


def wants_async(req: falcon.asgi.Request) -> bool:
    """Tell whether the client would rather not wait (RFC 7240, `Prefer: respond-async`)."""
    preferences = (req.get_header("Prefer") or "").lower().split(",")
    return any(p.partition(";")[0].strip() == "respond-async" for p in preferences)


class Writes:
    """Sends drafts through the inbox and answers with what became of them."""

    def __init__(self, inbox: Inbox) -> None:
        """Write through `inbox`."""
        self._inbox = inbox

    async def answer(
        self,
        req: falcon.asgi.Request,
        resp: falcon.asgi.Response,
        draft: Draft,
        describe: Described,
        *,
        complete: Completed | None = None,
        status: int = 200,
    ) -> Written:
        """Write `draft`; `describe` turns its command (or the first one of its key) into data.

        What only the decision could know, `complete` reads by the receipt once that is published:
        a repeat is told what the first was told. Raises ApiError with a refusal, NoAuthorityError.
        """
        written = await self._inbox.write(draft, waits=not wants_async(req))
        resp.set_header("Location", f"/api/v1/receipts/{written.receipt_id}")
        if wants_async(req):
            resp.set_header("Preference-Applied", "respond-async")
        if written.refusal:
            raise rejected(written.refusal)
        data = dict(describe(written.command))
        if complete and written.is_published:
            data, written = await completed(data, written, complete)
        if written.is_repeat and "key" in data:
            data = {**data, "key": None}  # a secret is told once
        write_data(resp, data, status if written.is_published else 202)
        return written


async def completed(
    data: dict[str, Any], written: Written, complete: Completed
) -> tuple[dict[str, Any], Written]:
    """Return all that can be told of a write; if it can't be read just now, that it is stored."""
    try:
        return dict(await complete(written.command, written.receipt_id)), written
    except UNREACHABLE as error:
        log.warning("%s is published, but can't be read: %s", written.receipt_id, error)
        return data, replace(written, is_published=False)
