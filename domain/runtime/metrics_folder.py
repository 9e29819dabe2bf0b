"""The folder in which the processes of one program count, each in files of its own.

It has to be named in the environment before `prometheus_client` is imported: the main process
calls `prepare` first of all, and what it forks inherits the name.
"""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from domain.runtime.settings import Settings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Who made the folder: a configuration that is read again by the same process keeps it.
OWNER = "HEPSTATUS_METRICS_OWNER"


def prepare(role: str, settings: Settings) -> None:
    """Make an empty folder for a main process and those that it forks, unless it has one.

    Folders of main processes that are gone are removed.
    """
    if os.environ.get(OWNER) == str(os.getpid()):
        return
    if "prometheus_client" in sys.modules:
        message = "the folder of metrics has to be named before prometheus_client is imported"
        raise RuntimeError(message)
    parent = writable(Path(settings.data_dir).absolute() / "metrics")
    forget_dead(parent, role)
    folder = parent / f"{role}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[VARIABLE], os.environ[OWNER] = str(folder), str(os.getpid())


def writable(wanted: Path) -> Path:
    """Return a folder that exists: the one that is wanted, or a temporary one."""
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hepstatus-metrics-"))
    return wanted


def forget_dead(parent: Path, role: str) -> None:
    """Remove what main processes of this role left that were killed."""
    for folder in parent.glob(f"{role}-*"):
        pid = folder.name.removeprefix(f"{role}-")
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Tell whether there is a process of this id."""
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def forget() -> None:
    """Remove the folder of this main process: it ends."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)
