"""Errors as HTTP answers: one envelope, one table of codes.

Source: docs/behaviour.md, "The envelope" and "Codes".
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any, NamedTuple

import falcon
import falcon.asgi
import msgspec

from domain.results import Code, Rejection
from domain.store.postgres.engine import UNREACHABLE
from web.http.error_pages import is_for_person, read_notice, write_notice

log = logging.getLogger(__name__)
LOST = read_notice("lost")

RETRY_AFTER_S = "2"
HTTP_NOT_FOUND = 404


class ErrorCode(NamedTuple):
    """An error code: its HTTP status, and its meaning in the documentation.

    `refusal` is the sentence with which Falcon's errors of that status are answered.
    """

    status: int
    meaning: str
    refusal: str = ""


ERROR_CODES = {
    "VALIDATION": ErrorCode(
        400, "malformed; the sentence says where, `fields` which field", "The request is malformed."
    ),
    "NO_KEY": ErrorCode(401, "there is no `Authorization: Bearer …`"),
    "BAD_KEY": ErrorCode(401, "this key opens nothing; that is said before anything else"),
    "KEY_DISABLED": ErrorCode(401, "the key's owner switched it off"),
    "NO_SESSION": ErrorCode(401, "not logged in, or not any more"),
    "BAD_LOGIN": ErrorCode(401, "unknown e-mail or wrong password, no telling which"),
    "INSUFFICIENT_TOKENS": ErrorCode(402, "the balance is too low"),
    "PAGE_SUSPENDED": ErrorCode(403, "the operator has suspended the page"),
    "NO_FREE_SLOT": ErrorCode(403, "the plan includes no further page"),
    "COMPONENT_LIMIT": ErrorCode(403, "the page's components are used up"),
    "TEXT_LIMIT": ErrorCode(403, "the page's text is used up; what adds none goes on (see Limits)"),
    "EMAIL_UNVERIFIED": ErrorCode(403, "the account's e-mail address has to be confirmed first"),
    "BAD_ORIGIN": ErrorCode(
        403, "a write of a session with another site's `Origin` or `Sec-Fetch-Site`"
    ),
    "NOT_FOUND": ErrorCode(404, "not there, or not yours", "There is nothing at this address."),
    "METHOD_NOT_ALLOWED": ErrorCode(
        405, "there for other methods: see `Allow`", "This address does not know that method."
    ),
    "TOO_SLOW": ErrorCode(408, "the body took longer than 10 seconds"),
    "CONFLICT": ErrorCode(
        409, "taken, changed in the meantime, or an `Idempotency-Key` with another body"
    ),
    "TOO_LARGE": ErrorCode(413, "more than 64 KiB (settings: 112)", "The body is too large."),
    "UNSUPPORTED_MEDIA_TYPE": ErrorCode(
        415,
        "not JSON, or compressed",
        "The body must be JSON (Content-Type: application/json).",
    ),
    "RATE_LIMITED": ErrorCode(429, "too often (see Limits); try again after `Retry-After`"),
    "FAILED": ErrorCode(500, "our defect; it is stored and reported, repeating won't help"),
    "UNAVAILABLE": ErrorCode(503, "nothing was accepted; try again after `Retry-After`"),
    "UNKNOWN": ErrorCode(
        503, "it may have been accepted: look, or repeat with the same `Idempotency-Key`"
    ),
}
# The codes with which Falcon's own errors are answered, by status.
HTTP_CODES = {row.status: code for code, row in ERROR_CODES.items() if row.refusal}


class ApiError(Exception):
    """An error raised by the web tier itself, before anything was appended."""

    def __init__(
        self,
        status: int,
        code: str,
        error: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Hold the status, the short code, a sentence, and the invalid fields.

        `data` is for the answer, what a client needs to go on.
        """
        super().__init__(error)
        self.status = status
        self.code = code
        self.fields = fields or {}
        self.headers = headers or {}
        self.data: Any = None


def invalid(error: str, field: str | None = None) -> ApiError:
    """Return a 400 that names the field, if there is one; `{field}` stands for it."""
    sentence = error.replace("{field}", field or "The body")
    return ApiError(400, "VALIDATION", sentence, {field: sentence} if field else None)


def not_found(kind: str) -> ApiError:
    """Return a 404; another account's object looks the same as a missing one."""
    return ApiError(404, "NOT_FOUND", f"There is no such {kind}.")


NOT_ACCEPTED = "This can't be stored at the moment. Nothing was accepted; please try again."


def unavailable(sentence: str = NOT_ACCEPTED) -> ApiError:
    """Return a 503 that guarantees that nothing was accepted."""
    return ApiError(503, "UNAVAILABLE", sentence, headers={"Retry-After": RETRY_AFTER_S})


NOT_KNOWN = (
    "The connection to the log was lost while this was being stored: it may or may not have"
    " been accepted. Repeat it with the same Idempotency-Key."
)
NOT_READ = "This can't be read at the moment; please try again."


def unknown(sentence: str = NOT_KNOWN) -> ApiError:
    """Return a 503 that says that the write may have been accepted."""
    return ApiError(503, "UNKNOWN", sentence, headers={"Retry-After": RETRY_AFTER_S})


def rejection_error(rejection: Rejection) -> ApiError:
    """Return the error of a rejected or failed command."""
    status = ERROR_CODES[rejection.code].status
    headers = {"Retry-After": str(seconds_until(rejection.retry_at))} if rejection.retry_at else {}
    return ApiError(status, rejection.code, rejection.error, rejection.fields, headers)


def seconds_until(at: datetime) -> int:
    """Return the whole seconds until an instant, at least 1."""
    return max(ceil((at - datetime.now(UTC)).total_seconds()), 1)


def write_error(resp: falcon.asgi.Response, error: ApiError) -> None:
    """Fill a response with an error."""
    body: dict[str, Any] = {"ok": False, "error": str(error), "code": error.code}
    if error.fields:
        body["fields"] = error.fields
    if error.data is not None:
        body["data"] = error.data
    resp.status = error.status
    resp.content_type = falcon.MEDIA_JSON
    resp.data = msgspec.json.encode(body)
    for name, value in error.headers.items():
        resp.set_header(name, value)


def write_answer(req: falcon.asgi.Request, resp: falcon.asgi.Response, error: ApiError) -> None:
    """Fill a response with an error: HTML for people on 404, else JSON."""
    if error.status == HTTP_NOT_FOUND and is_for_person(req.path, req.accept):
        write_notice(resp, LOST, HTTP_NOT_FOUND)
    else:
        write_error(resp, error)


async def on_api_error(
    req: falcon.asgi.Request, resp: falcon.asgi.Response, error: ApiError, params: object
) -> None:
    """Answer with an ApiError."""
    del params
    write_answer(req, resp, error)


async def on_http_error(
    req: falcon.asgi.Request, resp: falcon.asgi.Response, error: falcon.HTTPError, params: object
) -> None:
    """Answer an error of Falcon in our envelope."""
    del params
    code = HTTP_CODES.get(error.status_code, Code.VALIDATION)
    sentence, headers = ERROR_CODES[code].refusal, dict(error.headers or {})
    write_answer(req, resp, ApiError(error.status_code, code, sentence, headers=headers))


def template_of(req: falcon.asgi.Request) -> str:
    """Return the method and route template of a request; the path may hold secrets."""
    return f"{req.method} {req.uri_template or '(no route)'}"


async def on_outage(
    req: falcon.asgi.Request, resp: falcon.asgi.Response, error: Exception, params: object
) -> None:
    """Answer a request that could not reach Postgres with a 503.

    These are reads, also reads before a write. Writes report their own outcome (web.writes.submit,
    web.writes.transactions).
    """
    del params
    log.warning("%s: the database does not answer: %s", template_of(req), error)
    is_read_only = req.method in {"GET", "HEAD"}
    write_error(resp, unavailable(NOT_READ) if is_read_only else unavailable())


async def on_defect(
    req: falcon.asgi.Request, resp: falcon.asgi.Response, error: Exception, params: object
) -> None:
    """Answer a defect of ours with a 500 and no details."""
    del params
    log.error("%s failed", template_of(req), exc_info=error)
    sentence = "Something went wrong on our side. The error has been reported."
    write_error(resp, ApiError(500, "FAILED", sentence))


def install(app: "falcon.asgi.App[Any, Any]") -> None:
    """Register all error handlers; Falcon prefers the one added last."""
    app.add_error_handler(Exception, on_defect)
    for outage in UNREACHABLE:
        app.add_error_handler(outage, on_outage)
    app.add_error_handler(falcon.HTTPError, on_http_error)
    app.add_error_handler(ApiError, on_api_error)
