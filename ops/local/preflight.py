"""Checks of the machine before any start; a problem becomes one sentence."""

import ctypes
import importlib.util
import sys
from collections.abc import Mapping

from ops.local import ports
from ops.operator_error import CannotRunError

_OLDEST, _TOO_NEW = (3, 11), (3, 14)
_DEFAULT_PORT = 8000
_LARGEST_PORT = 65_535
_LIBRARIES = (
    *(
        "alembic",
        "argon2",
        "brotli",
        "cairosvg",
        "celery",
        "falcon",
        "gunicorn",
        "hiredis",
        "httptools",
        "idna",
    ),
    *("jinja2", "msgspec", "psutil", "psycopg", "redis", "sqlalchemy", "uvicorn_worker", "uvloop"),
)
_CAIRO = ("libcairo.so.2", "libcairo.2.dylib")


def check_python() -> None:
    """Raise `CannotRunError` for a Python version outside of the lock."""
    if not _OLDEST <= sys.version_info[:2] < _TOO_NEW:
        version = ".".join(map(str, sys.version_info[:3]))
        raise CannotRunError(f"Hep Status needs Python 3.11, 3.12 or 3.13, and this is {version}.")


def check_libraries() -> None:
    """Raise `CannotRunError` if a library is missing, with its name."""
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotRunError(
            f"These Python libraries are missing: {', '.join(missing)}. Run `make clean run`, "
            "which installs the locked ones."
        )


def parse_port(env: Mapping[str, str]) -> int:
    """Return the port in PORT, 8000 by default. Raises `CannotRunError`."""
    text = env.get("PORT") or str(_DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_PORT):
        raise CannotRunError(
            f"PORT must be a number from 1 to {_LARGEST_PORT}, and it is '{text}'."
        )
    return int(text)


def check_settings(env: Mapping[str, str]) -> None:
    """Raise `CannotRunError` if the environment has invalid settings."""
    # Imported here: the Python version has to be checked first.
    from domain.runtime.settings import SettingsError, read_overrides

    try:
        read_overrides(env)
    except SettingsError as error:
        raise CannotRunError(str(error)) from None


def check_port(port: int) -> None:
    """Raise `CannotRunError` if the port is in use or not allowed.

    Browsers try IPv6 first, so both address families are checked.
    """
    try:
        if ports.is_free(port) and not _is_taken_on_ipv6(port):
            return
    except OSError as error:
        raise CannotRunError(
            f"Port {port} can't be opened ({error.strerror}): choose another with PORT=8001."
        ) from error
    raise CannotRunError(
        f"Port {port} is in use by another program: "
        f"stop that one, or choose another with PORT={port + 1}."
    )


def notices() -> list[str]:
    """Return the notices about missing optional parts."""
    if _has_cairo():
        return []
    hint = "`.venv/bin/hepstatus doctor` says how to get it"
    return [f"libcairo is missing: badges as PNG answer 503 ({hint})."]


def _is_taken_on_ipv6(port: int) -> bool:
    # `localhost` means ::1 first, where there is IPv6.
    try:
        return not ports.is_free(port, "::1")
    except OSError:
        return False


def _has_cairo() -> bool:
    for name in _CAIRO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False
