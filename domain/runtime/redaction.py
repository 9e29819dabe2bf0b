"""Masks: what must never stand in a line of a log, whatever brought it there.

The first defence is not to say it; this is the second, over every text of every line.
"""

import re
from typing import Any

MASK = "…"
DEEPEST = 4  # what is nested deeper is written as text

# What a field is called that holds a secret. Anything may stand before it (`newPassword`,
# `POSTGRES_PASSWORD`), little after it (`password_hash`): `tokens: 480` is no secret.
_NAMES = (
    r"(?:passw(?:or)?d|secret|authorization|cookie|idempotency[-_]?key|session|token|api[-_]?key"
    r"|hepstatus_device)(?:[-_]?(?:hash|digest|value|key|id))?"
)
_QUOTED = r"b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\"|\\+['\"][^'\"\\]*"
_SECRETS = (
    (re.compile(r"hyd_status_[\w.~+/=-]*"), "hyd_status_" + MASK),
    (re.compile(r"(hepstatus_(?:session|device)=)[^;,\s'\"]*"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",]+"), rf"\1 {MASK}"),
    (re.compile(r"(\w://[^\s:@/'\"]*:)[^\s@'\"]{1,2000}@"), rf"\1{MASK}@"),
    # A header that holds several: all of its line.
    (re.compile(r"(?i)((?:authorization|cookie)\s*[:=]\s*)[^\s'\"][^\r\n'\"]*"), rf"\1{MASK}"),
    # `password=…`, `"password": "…"`, `Password: …`
    (
        re.compile(rf"(?i)({_NAMES}\\*['\"]?\s*[:=]\s*)({_QUOTED}|[^\s,;&)}}]+)"),
        rf"\1{MASK}",
    ),
    # `(b'idempotency-key', b'…')`
    (re.compile(rf"(?i)({_NAMES}['\"]\s*,\s*)({_QUOTED})"), rf"\1{MASK}"),
)
_SECRET_NAME = re.compile(rf"(?is).*{_NAMES}")


def masked(text: str) -> str:
    """Return a text without what looks like a key, password, cookie or the password of a URL."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def masked_value(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - whatever a line carries
    """Return a line's value with every text in it masked; what is no plain value becomes text."""
    match value:
        case None | bool() | int() | float():
            return value
        case dict() if depth < DEEPEST:
            return masked_fields(value, depth + 1)
        case list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return [masked_value(item, depth + 1) for item in value]
        case _:
            return masked(str(value))


def masked_fields(fields: dict[Any, Any], depth: int = 0) -> dict[str, Any]:
    """Return fields masked; those that are called like a secret lose their value altogether."""
    return {
        str(name): MASK if _SECRET_NAME.fullmatch(str(name)) else masked_value(value, depth)
        for name, value in fields.items()
    }
