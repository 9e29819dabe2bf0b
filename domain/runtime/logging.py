"""Lines: what a process says of its work, one line an event, all through one formatter.

Call sites use the standard `logging.getLogger(__name__)`; fields of a line go into `extra`. What is
bound with `bound` or `bind_request` stands on every line that is said meanwhile.
"""

import logging.config
import os
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.runtime.redaction import masked_fields
from domain.runtime.settings import load_settings
from domain.text import printable

# What libraries put beside their lines for formatters of their own.
NOISE = frozenset({"color_message", "data", "_record", "_from_structlog"})
TRACEBACK = "exception"  # where `format_exc_info` puts it


def start_lines(role: str) -> None:
    """Let every logger of this process speak through one formatter, as `role`."""
    logging.config.dictConfig(line_settings(role))


def line_settings(role: str) -> dict[str, Any]:
    """Return the settings of the standard library's logging for a process of this role."""
    # Loggers that gunicorn and uvicorn give handlers to, or expect to have some of their own.
    own = {"handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": lambda: formatter(role, load_settings().log_format)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": "WARNING", **own},
            # Without a handler neither gunicorn nor uvicorn writes access lines: ours says more.
            "gunicorn.access": {"handlers": [], "propagate": False},
            "uvicorn.error": {"level": "WARNING", **own},
            # One line a task and a period is nothing to anybody.
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
        },
    }


def formatter(role: str, log_format: str) -> ProcessorFormatter:
    """Return the formatter: lines of JSON for `json`, else something to read."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        of_role(role),
    ]
    last: list[Processor] = [without_noise, structlog.processors.format_exc_info, mask]
    is_json = log_format == "json"
    if is_json:
        last.append(structlog.processors.JSONRenderer(as_json))
    else:
        last += [escape, console()]
    return ProcessorFormatter(foreign_pre_chain=shared, processors=last)


def console() -> Processor:
    """Return the renderer for people; tracebacks without the values of variables."""
    return structlog.dev.ConsoleRenderer(
        colors=False,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def of_role(role: str) -> Processor:
    """Return what notes which process says a line."""

    def note(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["role"], event["pid"] = role, os.getpid()
        return event

    return note


def without_noise(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what libraries put on a line for themselves."""
    # The record is read by `format_exc_info` through `exc_info`, which stays.
    return {name: value for name, value in event.items() if name not in NOISE}


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask secrets in everything that a line says, tracebacks included."""
    return masked_fields(dict(event))


def escape(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape what a terminal would obey, or take for another line, in all that a line says."""
    return {name: escaped(value, has_lines=name == TRACEBACK) for name, value in event.items()}


def escaped(value: Any, *, has_lines: bool = False) -> Any:  # noqa: ANN401 - any value
    """Return a value whose texts are printable; a traceback keeps its lines, each indented."""
    if isinstance(value, str) and has_lines:
        return "\n".join(f"  {printable(part)}" for part in value.split("\n"))
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(str(name)): escaped(item) for name, item in value.items()}
    return [escaped(item) for item in value] if isinstance(value, list) else value


def as_json(event: Any, **_: Any) -> str:  # noqa: ANN401 - structlog's protocol
    """Return a line's JSON."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def bound(**fields: Any) -> AbstractContextManager[None]:  # noqa: ANN401 - any field
    """Put fields on every line that is said within the context."""
    return structlog.contextvars.bound_contextvars(**fields)


def bind_request(request_id: str) -> None:
    """Put a request's id on every line of the current task."""
    structlog.contextvars.bind_contextvars(request_id=request_id)


def current_request_id() -> str | None:
    """Return the id that is bound, None where nothing was asked from outside."""
    return structlog.contextvars.get_contextvars().get("request_id")
