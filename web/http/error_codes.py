"""All error codes with their HTTP status and advice.

Source: docs/behaviour.md, "Codes".
"""

from typing import NamedTuple


class ErrorCode(NamedTuple):
    """An error code's meaning: an HTTP status and a sentence for the client."""

    status: int
    meaning: str


ERROR_CODES = {
    "VALIDATION": ErrorCode(400, "malformed; the sentence says where, `fields` which field"),
    "NO_KEY": ErrorCode(401, "there is no `Authorization: Bearer …`"),
    "BAD_KEY": ErrorCode(401, "this key opens nothing; that is said before anything else"),
    "KEY_DISABLED": ErrorCode(401, "the key's owner switched it off"),
    "NO_SESSION": ErrorCode(401, "not logged in, or not any more"),
    "BAD_LOGIN": ErrorCode(401, "unknown e-mail or wrong password, no telling which"),
    "INSUFFICIENT_TOKENS": ErrorCode(402, "the balance is too low"),
    "PAGE_SUSPENDED": ErrorCode(403, "the operator has suspended the page"),
    "NO_FREE_SLOT": ErrorCode(403, "the account's places are used up"),
    "COMPONENT_LIMIT": ErrorCode(403, "the page's components are used up"),
    "TEXT_LIMIT": ErrorCode(403, "the page's text is used up; what adds none goes on (see Limits)"),
    "BAD_ORIGIN": ErrorCode(
        403, "a write of a session with another site's `Origin` or `Sec-Fetch-Site`"
    ),
    "NOT_FOUND": ErrorCode(404, "not there, or not yours"),
    "METHOD_NOT_ALLOWED": ErrorCode(405, "there for other methods: see `Allow`"),
    "TOO_SLOW": ErrorCode(408, "the body took longer than 10 seconds"),
    "CONFLICT": ErrorCode(
        409, "taken, changed meanwhile, or an `Idempotency-Key` with another body"
    ),
    "TOO_LARGE": ErrorCode(413, "more than 64 KiB (settings: 112)"),
    "UNSUPPORTED_MEDIA_TYPE": ErrorCode(415, "not JSON, or compressed"),
    "RATE_LIMITED": ErrorCode(429, "too often (see Limits); try again after `Retry-After`"),
    "FAILED": ErrorCode(500, "our defect; it is stored and reported, repeating won't help"),
    "UNAVAILABLE": ErrorCode(503, "nothing was accepted; try again after `Retry-After`"),
    "UNKNOWN": ErrorCode(
        503, "it may have been accepted: look, or repeat with the same `Idempotency-Key`"
    ),
}
