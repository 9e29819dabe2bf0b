"""Every code of a refusal: its status, and what to do about it.

Source: docs/behaviour.md, "Codes".
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """What a code means: an HTTP status, and a sentence for whoever meets it."""

    status: int
    meaning: str


REFUSALS = {
    "VALIDATION": Refusal(400, "malformed; the sentence says where, `fields` which field"),
    "NO_KEY": Refusal(401, "there is no `Authorization: Bearer …`"),
    "BAD_KEY": Refusal(401, "this key opens nothing; that is said before anything else"),
    "KEY_DISABLED": Refusal(401, "the key's owner switched it off"),
    "NO_SESSION": Refusal(401, "not logged in, or not any more"),
    "BAD_LOGIN": Refusal(401, "unknown e-mail or wrong password, no telling which"),
    "INSUFFICIENT_TOKENS": Refusal(402, "the balance is too low"),
    "PAGE_SUSPENDED": Refusal(403, "the operator has suspended the page"),
    "NO_FREE_SLOT": Refusal(403, "the account's places are used up"),
    "COMPONENT_LIMIT": Refusal(403, "the page's components are used up"),
    "TEXT_LIMIT": Refusal(403, "the page's text is used up; what adds none goes on (see Limits)"),
    "BAD_ORIGIN": Refusal(
        403, "a write of a session with another site's `Origin` or `Sec-Fetch-Site`"
    ),
    "NOT_FOUND": Refusal(404, "not there, or not yours"),
    "METHOD_NOT_ALLOWED": Refusal(405, "there for other methods: see `Allow`"),
    "TOO_SLOW": Refusal(408, "the body took longer than 10 seconds"),
    "CONFLICT": Refusal(409, "taken, changed meanwhile, or an `Idempotency-Key` with another body"),
    "TOO_LARGE": Refusal(413, "more than 64 KiB (settings: 112)"),
    "UNSUPPORTED_MEDIA_TYPE": Refusal(415, "not JSON, or compressed"),
    "RATE_LIMITED": Refusal(429, "too often (see Limits); try again after `Retry-After`"),
    "FAILED": Refusal(500, "our defect; it is stored and reported, repeating won't help"),
    "UNAVAILABLE": Refusal(503, "nothing was accepted; try again after `Retry-After`"),
    "UNKNOWN": Refusal(
        503, "it may have been accepted: look, or repeat with the same `Idempotency-Key`"
    ),
}
