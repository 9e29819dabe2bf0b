"""Redaction of secrets in log lines.

Call sites must not log secrets in the first place; this is the second protection, applied to every
text of every line.
"""

import re
from typing import Any

MASK = "…"
DEEPEST = 4  # deeper levels are written as text

# Names of fields with secrets. Any prefix is allowed (`newPassword`, `POSTGRES_PASSWORD`), and few
# suffixes (`password_hash`): `tokens: 480` is no secret.
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
    # A header with several values: its whole line.
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


def redact(text: str) -> str:
    """Return a text with keys, passwords, cookies and passwords of URLs replaced."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def redact_value(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - whatever a line carries
    """Return a field's value with every text redacted; other objects become text."""
    match value:
        case None | bool() | int() | float():
            return value
        case dict() if depth < DEEPEST:
            return redact_fields(value, depth + 1)
        case list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return [redact_value(item, depth + 1) for item in value]
        case _:
            return redact(str(value))


def redact_fields(fields: dict[Any, Any], depth: int = 0) -> dict[str, Any]:
    """Return fields redacted; one with a secret's name loses its whole value."""
    return {
        str(name): MASK if _SECRET_NAME.fullmatch(str(name)) else redact_value(value, depth)
        for name, value in fields.items()
    }
