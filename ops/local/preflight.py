"""Checks of the machine before any start; a problem becomes one sentence."""

import ctypes
import fcntl
import importlib.util
import os
import pwd
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.local import processes
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
        if processes.is_port_free(port) and not _is_taken_on_ipv6(port):
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
        return not processes.is_port_free(port, "::1")
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


DATA_DIR_VARIABLE = "HEPSTATUS_DATA_DIR"
DEFAULT_DATA_DIR = ".data"


def prepare(folder: Path) -> Path:
    """Create the folder if missing; return its absolute path.

    Raises `CannotRunError` if it can't be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError as error:
        raise CannotRunError(_unusable_message(folder, error.strerror or str(error))) from error
    if owner != os.geteuid():
        raise CannotRunError(
            _unusable_message(
                folder, f"it belongs to {_user(owner)}, and this is {_user(os.geteuid())}"
            )
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CannotRunError(_unusable_message(folder, "its permissions forbid reading or writing"))
    return folder.resolve()


def lock(folder: Path) -> int:
    """Lock the folder until this process ends; return the file descriptor.

    Raises `CannotRunError` if another run has it.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise CannotRunError(
            f"Hep Status is already running on the data folder {folder} (process {holder}): "
            f"stop it first, or give this one a PORT and a {DATA_DIR_VARIABLE} of its own."
        ) from error
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically by one that only its owner can read."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)


def secret(path: Path) -> str:
    """Return the secret in this file; the first call creates it at random."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text().strip()


def _unusable_message(folder: Path, reason: str) -> str:
    return (
        f"The data folder {folder} can't be used: {reason}. "
        f"Name another with {DATA_DIR_VARIABLE}=/some/folder."
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
