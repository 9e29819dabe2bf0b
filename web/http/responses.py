"""Answers in the common envelope; writes also return their receipt."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import falcon
import falcon.asgi
import msgspec

from domain.results import Remarks
from domain.store.postgres.command_log import Draft, Idempotency
from domain.store.postgres.engine import UNREACHABLE
from web.http.errors import invalid, rejection_error
from web.writes.submit import Submitter, WriteOutcome

log = logging.getLogger(__name__)

KEY_LIMIT = 255
Describer = Callable[[Any], Any]  # an answer, or its fields
Completer = Callable[[Any, str], Awaitable[Any]]


def write_data(resp: falcon.asgi.Response, data: Any, status: int = 200) -> None:  # noqa: ANN401 - any JSON
    """Fill a response with `data` in the envelope."""
    resp.status = status
    resp.content_type = falcon.MEDIA_JSON
    resp.set_header("Cache-Control", "no-store")
    resp.data = msgspec.json.encode({"ok": True, "data": data})


def idempotency(req: falcon.asgi.Request, raw: bytes) -> Idempotency | None:
    """Return the request's Idempotency-Key. Raises ApiError 400 for an invalid one."""
    key = req.get_header("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > KEY_LIMIT or not (key.isascii() and key.isprintable()):
        raise invalid(f"Idempotency-Key must have 1 to {KEY_LIMIT} printable ASCII characters.")
    return Idempotency(f"{req.method} {req.path}", key.strip(), sha256(raw).digest())


def wants_async(req: falcon.asgi.Request) -> bool:
    """Return whether the client prefers not to wait (RFC 7240, `Prefer: respond-async`)."""
    preferences = (req.get_header("Prefer") or "").lower().split(",")
    return any(p.partition(";")[0].strip() == "respond-async" for p in preferences)


@dataclass(frozen=True, slots=True)
class Writes:
    """Submits drafts and answers with their outcome."""

    submitter: Submitter

    async def answer(
        self,
        req: falcon.asgi.Request,
        resp: falcon.asgi.Response,
        draft: Draft,
        describe: Describer,
        *,
        complete: Completer | None = None,
        status: int = 200,
    ) -> WriteOutcome:
        """Submit `draft`; `describe` turns its command into the answer's data.

        A repeat describes the first command of its key. `complete` reads by the receipt the facts
        that only the decision knows, once that is published. Raises ApiError with a rejection,
        NoAuthorityError.
        """
        outcome = await self.submitter.write(draft, is_waiting=not wants_async(req))
        resp.set_header("Location", f"/api/v1/receipts/{outcome.receipt_id}")
        if wants_async(req):
            resp.set_header("Preference-Applied", "respond-async")
        if outcome.refusal:
            raise rejection_error(outcome.refusal)
        data = msgspec.to_builtins(describe(outcome.command))
        if complete and outcome.is_published:
            data, outcome = await complete_data(data, outcome, complete)
        if outcome.is_repeat and "key" in data:
            data = {**data, "key": None}  # a secret is returned once
        if outcome.remarks:
            data = {**data, **remarks_data(outcome.remarks)}
            status = HTTPStatus.OK if outcome.remarks.unchanged else status
        write_data(resp, data, status if outcome.is_published else HTTPStatus.ACCEPTED)
        return outcome


def remarks_data(remarks: Remarks) -> dict[str, Any]:
    """Return the fields that remarks add to an answer.

    Source: docs/behaviour.md, "Component references" and "Updates that say nothing new".
    """
    unchanged = {"id": remarks.update_id, "unchanged": True} if remarks.unchanged else {}
    return {**unchanged, **({"ignored": remarks.ignored} if remarks.ignored else {})}


async def complete_data(
    data: dict[str, Any], outcome: WriteOutcome, complete: Completer
) -> tuple[dict[str, Any], WriteOutcome]:
    """Return the complete data of a write; if unreadable, an unpublished outcome."""
    try:
        return msgspec.to_builtins(await complete(outcome.command, outcome.receipt_id)), outcome
    except UNREACHABLE as error:
        log.warning("%s is published, but can't be read: %s", outcome.receipt_id, error)
        return data, replace(outcome, is_published=False)
