"""Answers in the one envelope; those of writes with their receipt."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import falcon
import falcon.asgi
import msgspec

from domain.days import iso as written
from domain.store.log import Draft, Idempotency
from web.errors import invalid, rejected
from web.inbox import Inbox, Written

KEY_LIMIT = 255
Described = Callable[[Any], Mapping[str, object]]


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
        status: int = 200,
    ) -> Written:
        """Write `draft`; `describe` turns its command (or the first one of its key) into data.

        Raises ApiError with a refusal, and NoAuthorityError.
        """
        written = await self._inbox.write(draft, waits=not wants_async(req))
        resp.set_header("Location", f"/api/v1/receipts/{written.receipt_id}")
        if wants_async(req):
            resp.set_header("Preference-Applied", "respond-async")
        if written.refusal:
            raise rejected(written.refusal)
        data = describe(written.command)
        if written.is_repeat and "key" in data:
            data = {**data, "key": None}  # a secret is told once
        write_data(resp, data, status if written.is_published else 202)
        return written
