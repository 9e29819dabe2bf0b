"""The folder of one program's metrics; each process writes files of its own.

Its name has to be in the environment before `prometheus_client` is imported: the main process calls
`prepare` first of all, and its children inherit the name.
"""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from domain.runtime.settings import Settings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# The pid that created the folder: the same process keeps it when it reads its settings again.
OWNER = "HEPSTATUS_METRICS_OWNER"


def prepare(role: str, settings: Settings) -> None:
    """Create the empty metrics folder of a main process, unless it exists.

    Folders of main processes that have ended are removed.
    """
    if os.environ.get(OWNER) == str(os.getpid()):
        return
    if "prometheus_client" in sys.modules:
        message = "the folder of metrics has to be named before prometheus_client is imported"
        raise RuntimeError(message)
    parent = ensure_folder(Path(settings.data_dir).absolute() / "metrics")
    remove_stale_folders(parent, role)
    folder = parent / f"{role}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[VARIABLE], os.environ[OWNER] = str(folder), str(os.getpid())


def ensure_folder(folder: Path) -> Path:
    """Return an existing folder: `folder`, or a temporary one if it can't be created."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hepstatus-metrics-"))
    return folder


def remove_stale_folders(parent: Path, role: str) -> None:
    """Remove the folders of this role's main processes that were killed."""
    for folder in parent.glob(f"{role}-*"):
        pid = folder.name.removeprefix(f"{role}-")
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Tell whether a process of this id exists."""
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def remove_folder() -> None:
    """Remove the folder of this main process at its end."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)
