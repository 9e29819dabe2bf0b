"""The embedded PostgreSQL as a child process: its start, readiness and end."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from ops.local import privileges, processes
from ops.local.child import Child, ChildSpec, Ending
from ops.local.child_output import LogFolder
from ops.local.data_folder import secret
from ops.local.embedded import cluster, postgres_settings
from ops.local.embedded.server import Server
from ops.local.ports import LOOPBACK
from ops.operator_error import CannotRunError

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
        return f"postgresql://{cluster.USER}:{password}@{LOOPBACK}:{self.port}/{cluster.DATABASE}"

    def prepare(self) -> None:
        """Create the data if missing, and check its version."""
        if os.geteuid() == 0 and not privileges.can_become_nobody():
            raise CannotRunError(
                "PostgreSQL refuses to run as root, and `setpriv` (util-linux) is missing: "
                "install it, or run this as an ordinary user."
            )
        if not self._folder.exists():
            self._create_data()
        cluster.check_version(self._folder)

    def spec(self) -> ChildSpec:
        """Return the foreground server: SIGINT ends it, then SIGQUIT.

        SIGINT does not wait for clients; SIGQUIT skips the checkpoint.
        """
        settings = postgres_settings.as_arguments(durable=self._durable)
        return ChildSpec(
            name=self.name,
            command=(
                cluster.program("postgres"),
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
            prefix=privileges.as_nobody(signal.SIGINT) if os.geteuid() == 0 else None,
        )

    def is_ready(self) -> bool:
        """Return whether its status file says that it accepts connections."""
        lines = self._status_lines()
        is_own = bool(lines) and lines[0] == str(self.child.pid)
        return is_own and len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def _create_data(self) -> None:
        secret(self._password_file)
        if self._template is None:
            cluster.create(self._folder, self._password_file, durable=self._durable)
            return
        shutil.copy2(self._template / self._password_file.name, self._password_file)
        cluster.copy(self._template / self._folder.name, self._folder)

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
