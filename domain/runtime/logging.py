"""Logging configuration: one line an event, all through one formatter.

Call sites use the standard `logging.getLogger(__name__)` and put the fields of a line into `extra`.
Fields of `bind_fields` and `bind_request` are added to every line of their context.
"""

import logging.config
import os
import re
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.runtime.new_ids import new_id
from domain.runtime.settings import load_settings
from domain.text import printable

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
    # The token of a link in a message.
    (re.compile(r"(/s/)[\w-]{16,}"), rf"\1{MASK}"),
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


# Fields that libraries add to a line for formatters of their own.
NOISE = frozenset({"color_message", "data", "_record", "_from_structlog"})
TRACEBACK = "exception"  # where `format_exc_info` puts it


def configure_logging(role: str) -> None:
    """Configure every logger of this process with one formatter, for `role`."""
    logging.config.dictConfig(logging_settings(role))


def logging_settings(role: str) -> dict[str, Any]:
    """Return the `logging.config.dictConfig` settings of a process of this role."""
    # Loggers to which gunicorn and uvicorn attach handlers, or expect them.
    own = {"handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": lambda: build_formatter(role, load_settings().log_format)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": "WARNING", **own},
            # Without a handler gunicorn and uvicorn write no access lines; ours have more fields.
            "gunicorn.access": {"handlers": [], "propagate": False},
            "uvicorn.error": {"level": "WARNING", **own},
            # A line for every task and period would be noise.
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
        },
    }


def build_formatter(role: str, log_format: str) -> ProcessorFormatter:
    """Return the formatter: JSON lines for `json`, else text for people."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        build_role_processor(role),
    ]
    final: list[Processor] = [drop_noise, structlog.processors.format_exc_info, redact_line]
    is_json = log_format == "json"
    if is_json:
        final.append(structlog.processors.JSONRenderer(to_json))
    else:
        final += [escape_line, build_console_renderer()]
    return ProcessorFormatter(foreign_pre_chain=shared, processors=final)


def build_console_renderer() -> Processor:
    """Return the renderer for people; tracebacks omit the values of variables."""
    return structlog.dev.ConsoleRenderer(
        colors=False,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def build_role_processor(role: str) -> Processor:
    """Return a processor that adds the process's role and id to a line."""

    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["role"], event["pid"] = role, os.getpid()
        return event

    return add


def drop_noise(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop the fields that libraries add for formatters of their own."""
    # The record is read by `format_exc_info` through `exc_info`, which stays.
    return {name: value for name, value in event.items() if name not in NOISE}


def redact_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Redact secrets in every field of a line, tracebacks included."""
    return redact_fields(dict(event))


def escape_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape control characters and line breaks in every field of a line."""
    return {name: escape_value(value, has_lines=name == TRACEBACK) for name, value in event.items()}


def escape_value(value: Any, *, has_lines: bool = False) -> Any:  # noqa: ANN401 - any value
    """Return a value with printable texts; the lines of a traceback are indented."""
    if isinstance(value, str) and has_lines:
        return "\n".join(f"  {printable(part)}" for part in value.split("\n"))
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(str(name)): escape_value(item) for name, item in value.items()}
    return [escape_value(item) for item in value] if isinstance(value, list) else value


def to_json(event: Any, **_: Any) -> str:  # noqa: ANN401 - structlog's protocol
    """Return a line as JSON."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def bind_fields(**fields: Any) -> AbstractContextManager[None]:  # noqa: ANN401 - any field
    """Add fields to every line that is logged within the context."""
    return structlog.contextvars.bound_contextvars(**fields)


def bind_request(request_id: str) -> None:
    """Add a request's id to every line of the current task."""
    structlog.contextvars.bind_contextvars(request_id=request_id)


def current_request_id() -> str | None:
    """Return the id of the current request; None outside a request."""
    return structlog.contextvars.get_contextvars().get("request_id")


# The ids of proxies and tracers: UUIDs, ULIDs, hexadecimal; no character can break a line.
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_of(header: str | None) -> str:
    """Return a valid X-Request-Id header, else a new id.

    A header that contains a secret is not accepted.
    """
    if header and SANE.fullmatch(header) and redact(header) == header:
        return header
    return new_id("q")
