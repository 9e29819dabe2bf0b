"""The data folder: its permissions, the lock of the run, and its private files."""

import fcntl
import os
import pwd
import secrets
from pathlib import Path

from ops.operator_error import CannotRunError

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
